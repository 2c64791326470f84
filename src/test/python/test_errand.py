"""What is done with the files of a session between two programs, without a session."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import tempfile
import threading
import unittest
from typing import Callable, Dict, Iterator, List, Tuple, Union
from unittest import mock

from sandbox.kernel import identities
from sandbox.policy import policy
from sandbox.pool import run_namespace, scratch
from sandbox.program import filing, inputs
from sandbox.runs import collect, errand, errand_answers, walk
from sandbox.wire import frames, report, request


class RecordingLink:
    """Takes at once what is said."""

    def __init__(self) -> None:
        self.said: List[Tuple[bytes, bytes]] = []
        self.pauses = 0

    def put(self, kind: bytes, payload: bytes) -> None:
        self.said.append((kind, payload))

    def pour(self, source: Iterator[bytes], when_taken: Callable[[], None]) -> None:
        for piece in source:
            if piece:
                self.put(piece[:1], piece[frames.HEADER_BYTES :])
            else:
                self.pauses += 1
        when_taken()

    def listen(self, wanted: bool) -> None:
        pass


class Timer:
    def cancel(self) -> None:
        pass


class InlineLoop:
    def __init__(self) -> None:
        self.overdue: List[Callable[[], None]] = []

    def later(self, seconds: float, action: Callable[[], None]) -> Timer:
        self.overdue.append(action)
        return Timer()

    def forget(self, descriptor: int) -> None:
        pass

    def aside(self, work: Callable[[], object], then: Callable[[Union[object, Exception]], None]) -> None:
        then(work())


class ErrandTest(unittest.TestCase):
    """The door, and what stands behind it: a folder on disk, and a process that answers as it is told to."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.work = os.path.join(folder.name, "work")
        os.mkdir(self.work)
        self.cell = run_namespace.NamespaceCell(identities.Ids(range(0)))
        self.cell.top = os.open(folder.name, os.O_RDONLY | os.O_DIRECTORY)
        self.addCleanup(os.close, self.cell.top)
        self.loop = InlineLoop()
        self.connection = RecordingLink()
        ours, self.theirs = socket.socketpair()
        self.addCleanup(ours.close)
        self.addCleanup(self.theirs.close)
        self.slot = mock.Mock(cell=self.cell, control=ours, report=report.create())
        self.addCleanup(os.close, self.slot.report)
        self.settings = mock.Mock(disk=64 << 20)
        self.originals: collect.Originals = {}
        self.listening = self.is_over = False
        self.has_spoken = True
        self.failed: List[str] = []

    def listen_to_interpreter(self) -> None:
        self.listening = True

    def errand_over(self) -> None:
        self.is_over = True

    def errand_failed(self, why: errand.ending.Ending) -> None:
        self.failed.append(why.details)

    def begin(self, what: str, name: str = "", size: int = 0) -> errand.Errand:
        fields = [("what", what.encode()), ("name", name.encode()), ("size", b"%d" % size)]
        begun = errand.Errand(self, frames.encode(fields))  # type: ignore[arg-type]
        begun.begin()
        return begun

    def answer(self) -> Dict[str, bytes]:
        self.assertTrue(self.is_over)
        kind, payload = self.connection.said[-1]
        self.assertEqual(kind, frames.ANSWER)
        return dict(frames.decode(payload))

    def entries(self) -> List[List[bytes]]:
        return [value.split(b"\0") for name, value in frames.decode(self.connection.said[-1][1]) if name == "entry"]

    def write(self, name: str, content: bytes = b"x") -> str:
        path = os.path.join(self.work, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
        return path

    # --- reading

    def content(self) -> bytes:
        return b"".join(payload for kind, payload in self.connection.said if kind == frames.DATA)

    def test_file_is_read_with_its_size_before_it(self) -> None:
        self.write("a/b.txt", b"content")
        self.begin("read", "a/b.txt")
        kind, head = self.connection.said[0]
        self.assertEqual((kind, dict(frames.decode(head))), (frames.FILE, {"name": b"a/b.txt", "size": b"7"}))
        self.assertEqual(self.content(), b"content")
        self.assertEqual(self.answer()["outcome"], b"read")

    def test_file_that_grows_or_is_cut_meanwhile_has_the_size_that_was_promised(self) -> None:
        for change in (lambda path: os.truncate(path, 1), lambda path: os.truncate(path, 2 << 20)):
            path = self.write("a", b"a" * (1 << 20))
            real = walk.open_beneath

            def changing(work: int, found: walk.Found) -> int:
                descriptor = real(work, found)
                change(path)  # noqa: B023
                return descriptor

            self.connection.said.clear()
            with mock.patch.object(walk, "open_beneath", side_effect=changing):
                self.begin("read", "a")
            self.assertEqual(len(self.content()), 1 << 20)
            self.assertEqual(self.answer()["outcome"], b"read")

    def assertUnread(self, name: str, outcome: bytes) -> None:
        self.connection.said.clear()
        self.begin("read", name)
        self.assertEqual([kind for kind, _ in self.connection.said], [frames.ANSWER], name)
        self.assertEqual(self.answer()["outcome"], outcome, name)
        self.assertTrue(self.answer()["details"])

    def test_what_is_no_regular_file_of_one_name_is_not_read(self) -> None:
        self.write("file")
        os.symlink("/etc/passwd", os.path.join(self.work, "link"))
        os.symlink("..", os.path.join(self.work, "up"))
        os.mkfifo(os.path.join(self.work, "fifo"))
        os.mkdir(os.path.join(self.work, "folder"))
        os.link(os.path.join(self.work, "file"), os.path.join(self.work, "second"))
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(os.path.join(self.work, "socket"))
        with open(os.path.join(self.work, "hole"), "wb") as hole:
            hole.truncate(policy.MAX_FILE_BYTES + 1)
        for name in ("link", "fifo", "folder", "file", "second", "socket", "hole"):
            self.assertUnread(name, b"conflict")
        for name in ("none", "none/none", "file/x", "link/x", "up/work/file", "fifo/x"):
            self.assertUnread(name, b"missing")

    def test_file_that_becomes_something_else_after_the_look_is_not_read(self) -> None:
        path = self.write("a")
        real = walk.look

        def exchanging(work: int, raw: bytes) -> walk.Found:
            found = real(work, raw)
            os.unlink(path)
            os.symlink("/etc/passwd", path)
            return found

        with mock.patch.object(walk, "look", side_effect=exchanging):
            self.assertUnread("a", b"missing")

    def test_paths_that_lead_out_or_are_not_shown_so_are_invalid(self) -> None:
        bad = ["", ".", "..", "../x", "a/../../x", "a//b", "/etc/passwd", "a\0b", "a%00", "%2F%0A", "x" * 256, "d/" * 32 + "x"]
        for name in [*bad, "/".join(["d" * 200] * 6), "%0A" * 256]:
            self.assertUnread(name, b"invalid")

    def test_names_are_found_as_they_are_shown(self) -> None:
        for raw in (b"a\nb", b"a\\b", b"\xff\xfe", "é 100%".encode(), b"a%0Ab", b"%41", b"a;b?c#d"):
            with open(os.path.join(os.fsencode(self.work), raw), "wb") as file:
                file.write(raw)
        self.begin("list")
        shown = [name.decode() for _, _, name in self.entries()]
        self.assertEqual(len(shown), 7)
        for name in shown:
            self.connection.said.clear()
            self.begin("read", name)
            self.assertEqual(request.names.shown(self.content()), name)

    # --- the list

    def test_list_has_every_file_with_size_and_time_and_says_what_it_leaves_out(self) -> None:
        path = self.write("b/c.txt", b"12345")
        os.utime(path, ns=(0, 1_600_000_000_123_000_000))
        self.write(".cache/x")
        self.write("__pycache__/x.pyc")
        os.mkdir(os.path.join(self.work, "empty"))
        os.symlink("/etc", os.path.join(self.work, "link"))
        self.begin("list")
        entries = self.entries()
        self.assertEqual([entry[2] for entry in entries], [b".cache/x", b"__pycache__/x.pyc", b"b/c.txt"])
        self.assertEqual(entries[2][:2], [b"5", b"1600000000123"])
        answer = self.answer()
        self.assertEqual((answer["outcome"], answer["truncated"]), (b"listed", b"0"))
        self.assertEqual((answer["skipped-count"], answer["skipped"]), (b"1", b"link\0symbolic link"))

    def test_list_is_cut_and_says_so(self) -> None:
        for number in range(errand_answers.MOST_LISTED + 1):
            os.close(os.open(os.path.join(self.work, f"{number:05}"), os.O_CREAT | os.O_WRONLY))
        self.begin("list")
        self.assertEqual(len(self.entries()), errand_answers.MOST_LISTED)
        self.assertEqual(self.entries()[-1][2], b"00999")
        self.assertEqual(self.answer()["truncated"], b"1")
        self.assertGreater(self.connection.pauses, errand_answers.MOST_LISTED // walk.ENTRIES_AT_ONCE)

    def test_list_of_more_than_anybody_may_have_ends(self) -> None:
        self.write("a")
        for number in range(30):
            self.write(f"{number}/x")
        with mock.patch.object(walk, "MOST_ENTRIES", 20):
            self.begin("list")
        self.assertEqual(self.answer()["truncated"], b"1")
        self.assertLess(len(self.entries()), 20)

    def test_names_in_a_list_are_bounded_in_bytes(self) -> None:
        for number in range(20):
            self.write(f"{number:02}" + "n" * 200)
        with mock.patch.object(errand_answers, "MOST_LISTED_BYTES", 1000):
            self.begin("list")
        self.assertEqual(len(self.entries()), 4)
        self.assertEqual(self.answer()["truncated"], b"1")

    def test_no_step_of_a_list_makes_more_than_one_name_of_what_lies_there(self) -> None:
        for number in range(2 * walk.ENTRIES_AT_ONCE):
            os.symlink("nowhere", os.path.join(self.work, f"\x01link-{number:05}"))
            self.write(f"\x01file-{number:05}")
        made: List[walk.Found] = []
        real = walk.Found.name.fget
        assert real is not None

        def name(found: walk.Found) -> str:
            made.append(found)
            return real(found)

        steps: List[int] = []

        def pour(source: Iterator[bytes], when_taken: Callable[[], None]) -> None:
            for piece in source:
                steps.append(len(made))
                if piece:
                    self.connection.put(piece[:1], piece[frames.HEADER_BYTES :])
            when_taken()

        with mock.patch.object(walk.Found, "name", property(name)), mock.patch.object(self.connection, "pour", pour):
            self.begin("list")
        self.assertEqual(max(later - earlier for earlier, later in zip(steps, steps[1:])), 1)
        self.assertEqual(len(made), 2 * walk.ENTRIES_AT_ONCE + policy.MAX_SKIPPED, "no name is made that is not told")
        self.assertEqual(self.answer()["skipped-count"], b"%d" % (2 * walk.ENTRIES_AT_ONCE))
        self.assertEqual((len(self.entries()), self.answer()["truncated"]), (2 * walk.ENTRIES_AT_ONCE, b"0"))

    def test_no_more_names_are_made_than_there_is_room_for(self) -> None:
        for number in range(20):
            os.symlink("nowhere", os.path.join(self.work, f"link-{number:03}" + "n" * 200))
            self.write(f"{number:02}" + "n" * 200)
        made: List[walk.Found] = []
        real = walk.Found.name.fget
        assert real is not None

        def name(found: walk.Found) -> str:
            made.append(found)
            return real(found)

        with mock.patch.object(policy, "MAX_SKIPPED_BYTES", 1000), mock.patch.object(errand_answers, "MOST_LISTED_BYTES", 1000):
            with mock.patch.object(walk.Found, "name", property(name)):
                self.begin("list")
        self.assertEqual(len(made), 2 * 5, "four of each have room")

    def test_times_that_no_calendar_has_are_moved_to_its_ends(self) -> None:
        for name, seconds in (("early", -(1 << 40)), ("late", 1 << 40)):
            path = self.write(name)
            with contextlib.suppress(OverflowError, OSError):
                os.utime(path, (seconds, seconds))
        self.begin("list")
        for _, written, _ in self.entries():
            self.assertTrue(walk._EARLIEST <= int(written) <= walk._LATEST)
        self.assertEqual(walk._written(mock.Mock(st_mtime_ns=10**40)), walk._LATEST)
        self.assertEqual(walk._written(mock.Mock(st_mtime_ns=-(10**40))), walk._EARLIEST)

    def test_program_of_an_interpreter_that_has_done_nothing_yet_is_no_file_of_the_session(self) -> None:
        self.write(policy.PROGRAM)
        self.has_spoken = False
        self.begin("list")
        self.assertEqual((self.entries(), self.answer()["truncated"]), ([], b"0"))
        self.assertUnread(policy.PROGRAM, b"missing")
        self.has_spoken = True
        self.begin("list")
        self.assertEqual([name for _, _, name in self.entries()], [policy.PROGRAM.encode()])

    def test_folder_that_has_gone_has_no_files(self) -> None:
        os.rmdir(self.work)
        self.begin("list")
        self.assertEqual((self.entries(), self.answer()["outcome"]), ([], b"listed"))

    # --- what the session's process does

    def process_says(self, begun: errand.Errand, told: Dict[str, bytes]) -> bool:
        writer = report.Writer()
        writer.attach(os.dup(self.slot.report))
        writer.done(told)
        return begun.on_done()

    def put(self, name: str, content: bytes) -> errand.Errand:
        begun = self.begin("put", name, len(content))
        self.assertEqual(self.connection.said, [(frames.STARTED, b"")])
        self.assertTrue(begun.takes_contents or not content)
        self.assertEqual(begun.on_contents(content + b"rest"), b"rest")
        self.assertTrue(self.listening)
        return begun

    def test_content_goes_to_the_process_and_what_came_of_it_back(self) -> None:
        begun = self.put("a%0Ab", b"12345")
        kind, length = frames.header(self.theirs.recv(frames.HEADER_BYTES))
        self.assertEqual(kind, frames.ERRAND)
        self.assertEqual(frames.decode(self.theirs.recv(length)), [("input", b"5\0a\nb")])
        self.assertEqual(self.theirs.recv(100), b"12345")
        self.write("a\nb", b"12345")
        self.assertTrue(self.process_says(begun, {"outcome": b"created"}))
        self.assertEqual(self.answer()["outcome"], b"created")
        self.assertEqual([entry[0::2] for entry in self.entries()], [[b"5", b"a%0Ab"]])
        self.assertEqual(self.originals[b"a\nb"].size, 5)

    def test_process_that_lies_says_nothing_about_files_that_are_not_there(self) -> None:
        begun = self.put("a", b"12345")
        self.assertTrue(self.process_says(begun, {"outcome": b"created"}))
        self.assertEqual(self.answer()["outcome"], b"conflict")

    def test_nothing_is_remembered_of_files_that_are_not_there(self) -> None:
        self.originals[b"a"] = collect.Original(1, b"before")
        for number in range(20):
            self.connection.said.clear()
            self.assertTrue(self.process_says(self.put("a" if number == 0 else f"{number}", b""), {"outcome": b"created"}))
        self.assertEqual(self.originals, {})

    def test_no_more_is_remembered_of_files_than_may_lie_there(self) -> None:
        def put(name: str) -> None:
            self.connection.said.clear()
            begun = self.put(name, b"")
            self.write(name, b"")
            self.assertTrue(self.process_says(begun, {"outcome": b"created"}))
            os.unlink(os.path.join(self.work, name))

        with mock.patch.object(walk, "MOST_ENTRIES", 10):
            for number in range(20):
                put(f"{number}")
            self.assertEqual(len(self.originals), 10)
            put("9")
            self.assertEqual(len(self.originals), 10, "what is noted already is noted again")
        self.originals.clear()
        with mock.patch.object(policy, "MAX_NAMES_BYTES", 1000):
            for number in range(20):
                put(f"{number:02}" + "n" * 198)
        self.assertEqual(len(self.originals), 5)

    def test_nonsense_is_no_answer(self) -> None:
        for told in ({}, {"outcome": b"removed"}, {"outcome": b"\xff" * 1000}, {"errno": b"-1"}, {"errno": b"9" * 30}):
            self.connection.said.clear()
            begun = self.put("a", b"12345")
            self.assertFalse(self.process_says(begun, told), told)
            self.assertFalse(self.is_over)
        self.assertFalse(begun.on_done() and self.is_over)

    def test_errors_of_the_process_become_words_of_ours(self) -> None:
        for number, what, outcome in (
            (errno.ENOSPC, "put", b"full"),
            (errno.EFBIG, "put", b"full"),
            (errno.EISDIR, "put", b"conflict"),
            (errno.ENOTDIR, "put", b"conflict"),
            (errno.EACCES, "remove", b"conflict"),
            (errno.ENOENT, "remove", b"missing"),
            (errno.ELOOP, "remove", b"missing"),
            (errno.EISDIR, "remove", b"conflict"),
            (4000, "remove", b"conflict"),
        ):
            self.connection.said.clear()
            begun = self.begin(what, "a") if what == "remove" else self.put("a", b"x")
            self.originals = {b"a": collect.Original(1, b"before")}
            self.assertTrue(self.process_says(begun, {"errno": b"%d" % number}))
            self.assertEqual(self.answer()["outcome"], outcome, number)
            self.assertTrue(self.answer()["details"])
            self.assertIn(b"a", self.originals)

    def test_removed_file_is_news_when_it_comes_again(self) -> None:
        self.originals[b"a"] = collect.Original(1, b"digest")
        begun = self.begin("remove", "a")
        self.assertEqual(self.connection.said, [], "nothing is asked of the server")
        self.assertTrue(self.process_says(begun, {"outcome": b"removed"}))
        self.assertEqual((self.answer()["outcome"], self.originals), (b"removed", {}))

    def test_process_that_does_not_answer_is_the_end_of_the_session(self) -> None:
        self.put("a", b"x")
        (overdue,) = self.loop.overdue
        overdue()
        self.assertEqual(self.failed, ["The interpreter of the session did not answer within 30 seconds"])

    def test_closed_errand_drinks_what_still_comes_and_says_nothing(self) -> None:
        begun = self.begin("put", "a", 10)
        begun.on_contents(b"12345")
        begun.close()
        self.assertTrue(begun.takes_contents)
        self.assertEqual(begun.on_contents(b"67890rest"), b"rest")
        self.assertFalse(self.listening)
        self.assertTrue(begun.on_done())
        self.assertEqual(self.connection.said, [(frames.STARTED, b"")])

    def test_what_does_not_fit_on_a_disk_that_is_only_counted_is_refused_ahead(self) -> None:
        self.slot.cell = mock.Mock(way="folder", top=self.cell.top)
        self.slot.cell.usage.return_value = scratch.Usage(64 << 20, 3)
        self.begin("put", "a", 1)
        self.assertEqual(self.answer()["outcome"], b"full")
        self.slot.cell.usage.return_value = scratch.Usage(0, policy.SCRATCH_INODES)
        self.begin("put", "a", 1)
        self.assertEqual(self.answer()["outcome"], b"full")
        self.slot.cell.usage.return_value = scratch.Usage((64 << 20) - 1, 3)
        self.connection.said.clear()
        self.put("a", b"x")

    def test_errand_that_nobody_knows_is_malformed(self) -> None:
        for fields in ([("what", b"chmod"), ("name", b"a")], [("what", b"put"), ("name", b"a"), ("size", b"-1")], []):
            with self.assertRaises((KeyError, ValueError)):
                errand.Errand(self, frames.encode(fields))  # type: ignore[arg-type]


class FilingTest(unittest.TestCase):
    """In the session's own process."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.work = os.path.join(folder.name, "work")
        os.mkdir(self.work)
        self.ours, self.theirs = socket.socketpair()
        self.addCleanup(self.ours.close)
        self.addCleanup(self.theirs.close)

    def put(self, name: bytes, content: bytes) -> Dict[str, bytes]:
        sender = threading.Thread(target=self.theirs.sendall, args=(content + b"next",))
        sender.start()
        told = filing.run([("input", b"%d\0%s" % (len(content), name))], self.ours.fileno(), self.work)
        sender.join()
        self.assertEqual(self.ours.recv(100), b"next", "the content is taken, whatever comes of it")
        return told

    def remove(self, name: bytes) -> Dict[str, bytes]:
        return filing.run([("name", name)], self.ours.fileno(), self.work)

    def read(self, name: str) -> bytes:
        with open(os.path.join(self.work, name), "rb") as file:
            return file.read()

    def test_file_is_made_with_its_folders_and_replaced(self) -> None:
        content = os.urandom(700_000)
        self.assertEqual(self.put(b"a/b/c", content), {"outcome": b"created"})
        self.assertEqual(self.read("a/b/c"), content)
        self.assertEqual(self.put(b"a/b/c", b""), {"outcome": b"replaced"})
        self.assertEqual(self.read("a/b/c"), b"")
        self.assertEqual(os.listdir(os.path.join(self.work, "a/b")), ["c"])

    def test_link_is_replaced_and_not_followed(self) -> None:
        outside = os.path.join(os.path.dirname(self.work), "outside")
        os.mkdir(outside)
        os.symlink(os.path.join(outside, "target"), os.path.join(self.work, "link"))
        os.symlink(outside, os.path.join(self.work, "folder"))
        self.assertEqual(self.put(b"link", b"x"), {"outcome": b"replaced"})
        self.assertEqual(self.put(b"folder/x", b"x"), {"errno": b"%d" % errno.ENOTDIR})
        self.assertEqual(self.put(b"folder/x/y", b"x"), {"errno": b"%d" % errno.ENOTDIR})
        self.assertEqual(self.remove(b"folder/x"), {"errno": b"%d" % errno.ENOTDIR})
        self.assertEqual(os.listdir(outside), [])
        self.assertEqual(self.remove(b"folder"), {"outcome": b"removed"})

    def test_folder_is_neither_replaced_nor_removed(self) -> None:
        os.mkdir(os.path.join(self.work, "folder"))
        self.assertEqual(self.put(b"folder", b"x"), {"errno": b"%d" % errno.EISDIR})
        self.assertEqual(self.remove(b"folder"), {"errno": b"%d" % errno.EISDIR})
        self.assertEqual(os.listdir(self.work), ["folder"])
        self.assertEqual(os.listdir(os.path.join(self.work, "folder")), [])

    def test_fifo_is_replaced_and_holds_nobody_up(self) -> None:
        os.mkfifo(os.path.join(self.work, "fifo"))
        self.assertEqual(self.put(b"fifo", b"x"), {"outcome": b"replaced"})
        self.assertEqual(self.read("fifo"), b"x")

    def test_full_disk_leaves_the_old_file_and_nothing_else(self) -> None:
        self.put(b"a", b"old")
        with mock.patch.object(inputs, "_write", side_effect=OSError(errno.ENOSPC, "full")):
            self.assertEqual(self.put(b"a", b"new" * 200_000), {"errno": b"%d" % errno.ENOSPC})
        self.assertEqual(self.read("a"), b"old")
        self.assertEqual(os.listdir(self.work), ["a"])

    def test_folder_that_has_gone_is_made_again(self) -> None:
        os.rmdir(self.work)
        self.assertEqual(self.remove(b"a"), {"errno": b"%d" % errno.ENOENT})
        self.assertEqual(self.put(b"a", b"x"), {"outcome": b"created"})
        self.assertEqual(self.remove(b"a"), {"outcome": b"removed"})
        self.assertEqual(self.remove(b"a"), {"errno": b"%d" % errno.ENOENT})

    def test_what_programs_put_in_the_place_of_functions_is_not_used(self) -> None:
        with mock.patch.multiple(os, open=None, read=None, write=None, mkdir=None, rename=None, unlink=None, stat=None):
            told = self.put(b"a/b", b"x")
        self.assertEqual(told, {"outcome": b"created"})


if __name__ == "__main__":
    unittest.main()
