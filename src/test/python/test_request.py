"""What the server asks for, and what of it goes on to the child."""

from __future__ import annotations

import unittest
from typing import List, Tuple

from sandbox.policy import config, policy
from sandbox.wire import frames, request

SETTINGS = config.parse(
    ["tier=none", "preload=", "memory-mb=512", "processes=64", "disk-mb=64", "output-bytes=1000"]
)
LEAST = [("code", b"pass"), ("timeout-ms", b"1500"), ("network", b"0")]


def parsed(*more: Tuple[str, bytes]) -> request.Request:
    return request.parse(frames.encode([*LEAST, *more]), SETTINGS)


def meant(name: str) -> bytes:
    return request.parse_errand(frames.encode([("what", b"read"), ("name", name.encode())])).name


class RequestTest(unittest.TestCase):
    def test_what_is_not_said_is_nothing(self) -> None:
        asked = parsed()
        self.assertEqual((asked.code, asked.timeout, asked.networked, asked.stdin), (b"pass", 1.5, False, b""))
        self.assertEqual((asked.inputs, asked.limits, asked.shows), ((), {}, False))

    def test_each_of_the_least_is_needed(self) -> None:
        for missing in range(len(LEAST)):
            with self.assertRaises(KeyError):
                request.parse(frames.encode(LEAST[:missing] + LEAST[missing + 1 :]), SETTINGS)

    def test_limits_are_lowered_and_never_raised(self) -> None:
        lower = parsed(("memory-mb", b"64"), ("processes", b"8"), ("output-bytes", b"10"))
        self.assertEqual(lower.limits, {"memory": 64 << 20, "processes": 8, "output": 10})
        higher = parsed(("memory-mb", b"4096"), ("processes", b"65"), ("output-bytes", b"1001"))
        self.assertEqual(higher.limits, {"memory": SETTINGS.memory, "processes": 64, "output": 1000})

    def test_child_gets_what_is_its_own_and_no_more(self) -> None:
        asked = parsed(("arg", b"a"), ("stdin", b"s"), ("input", b"3\0name"), ("env", b"A=1"), ("arg", b"b"), ("memory-mb", b"500"))
        given = asked.for_child(SETTINGS)
        self.assertEqual(
            given,
            [
                ("code", b"pass"),
                ("cpu-seconds", b"%d" % asked.cpu_seconds),
                *(("arg", b"a"), ("input", b"3\0name"), ("env", b"A=1"), ("arg", b"b")),
                ("less-memory", b"%d" % (12 << 20)),
            ],
        )

    def test_processor_time_is_whole_seconds_and_at_least_one(self) -> None:
        short = request.parse(frames.encode([("code", b""), ("timeout-ms", b"1"), ("network", b"0")]), SETTINGS)
        self.assertEqual(short.cpu_seconds, 1)
        self.assertGreaterEqual(parsed().cpu_seconds, 1.5 * policy.CPU_FACTOR)

    def test_names_of_inputs_may_have_anything_but_zero_bytes(self) -> None:
        self.assertEqual(parsed(("input", b"12\0a\nb\xff")).inputs, (request.Input(b"a\nb\xff", 12),))
        with self.assertRaises(ValueError):
            parsed(("input", b"no number\0a"))

    def test_session_has_a_network_and_limits(self) -> None:
        asked = request.parse_session(frames.encode([("network", b"1"), ("processes", b"8"), ("code", b"x")]), SETTINGS)
        self.assertEqual((asked.networked, asked.limits), (True, {"processes": 8}))
        self.assertEqual(asked.for_child(SETTINGS), [("session", b"1"), ("processes", b"8")])


class ErrandTest(unittest.TestCase):
    def test_errand_is_handed_on_in_the_words_of_a_child(self) -> None:
        put = request.parse_errand(frames.encode([("what", b"put"), ("name", b"a%0Ab"), ("size", b"5")]))
        self.assertEqual((put.for_child(), put.inputs), ([("input", b"5\0a\nb")], [request.Input(b"a\nb", 5)]))
        remove = request.parse_errand(frames.encode([("what", b"remove"), ("name", b"a")]))
        self.assertEqual((remove.for_child(), remove.inputs), ([("name", b"a")], []))
        self.assertEqual(request.parse_errand(frames.encode([("what", b"list")])).name, b"")

    def test_names_at_their_limits_are_taken_and_above_them_are_not(self) -> None:
        part, folders = "x" * request.MOST_PART_BYTES, "d/" * (policy.MAX_DEPTH - 1)
        longest = "/".join(["y" * 204] * 5)
        self.assertEqual(len(longest), policy.MAX_NAME_BYTES)
        for name in (part, folders + "x", longest):
            self.assertEqual(meant(name), name.encode())
        wrong: List[str] = [part + "x", folders + "d/x", longest + "y", "", "/x", "a//b", "a/..", "./a", "a\0"]
        for name in wrong:
            with self.assertRaises(request.BadName, msg=name):
                meant(name)


if __name__ == "__main__":
    unittest.main()
