"""Which figures become files, and how these are called."""

from __future__ import annotations

import os
import tempfile
import unittest
from typing import Any, List
from unittest import mock

from sandbox.program.display import display
from sandbox.program.figures import drawing, figures


class _Part:
    stale = True


class _Figure:
    """As much of matplotlib's as is used."""

    def __init__(self, children: int = 2) -> None:
        self.children = children
        self.parts = [_Part() for _ in range(children)]
        self.stale = True
        self.saved = 0

    def get_children(self) -> List[Any]:
        return self.parts[: self.children]

    def savefig(self, target: Any, format: str) -> None:
        self.saved += 1
        target.write(b"picture")


class _Target:
    """Where what is displayed is wanted."""

    def __init__(self) -> None:
        self.shown: List[Any] = []

    def display(self, value: Any, raw: bool = False) -> None:
        self.shown.append(value)


class GalleryTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.target = _Target()
        self.addCleanup(display.show_on, display.target())

    def gallery(self, displays: bool = False) -> figures.Gallery:
        display.show_on(self.target if displays else display.Printed())
        return figures.Gallery(self.folder)

    def names(self) -> List[str]:
        return sorted(os.listdir(self.folder))

    def test_a_shown_figure_comes_once_unless_it_changes(self) -> None:
        gallery, figure = self.gallery(), _Figure()
        gallery.take(figure, shown=True)
        gallery.take(figure, shown=False)
        self.assertEqual(self.names(), ["figure-1.png"])
        figure.stale = True
        gallery.take(figure, shown=False)
        self.assertEqual(self.names(), ["figure-1.png", "figure-2.png"])

    def test_an_empty_one_does_not_come(self) -> None:
        self.gallery(displays=True).take(_Figure(children=1), shown=True)
        self.assertEqual((self.names(), self.target.shown), ([], []))

    def test_names_sort_from_ten_on_and_leave_others_alone(self) -> None:
        gallery = self.gallery()
        with open(os.path.join(self.folder, "figure-2.png"), "wb") as own:
            own.write(b"mine")
        for _ in range(9):
            gallery.take(_Figure(), shown=False)
        expected = ["figure-01.png", *(f"figure-{number:02}.png" for number in range(3, 11)), "figure-2.png"]
        self.assertEqual(self.names(), sorted(expected))

    def test_what_is_displayed_is_shown_each_time(self) -> None:
        gallery, figure = self.gallery(displays=True), _Figure()
        gallery.take(figure, shown=True)
        gallery.take(figure, shown=True)
        self.assertEqual([each["image/png"] for each in self.target.shown], [b"picture", b"picture"])
        self.assertEqual(self.names(), ["figure-1.png"])

    def test_what_is_saved_elsewhere_comes_at_once_and_once(self) -> None:
        with tempfile.TemporaryDirectory() as elsewhere:
            path = os.path.join(elsewhere, "a.png")
            with open(path, "wb") as file:
                file.write(b"\x89PNG\r\n\x1a\nmine")
            figure = self.saved(path)
            self.assertEqual((self.names(), figure.saved), (["figure-1.png"], 0))
            with open(os.path.join(self.folder, "figure-1.png"), "rb") as copy:
                self.assertTrue(copy.read().endswith(b"mine"))
            figures._gallery.take(figure, shown=True)
            self.assertEqual(self.names(), ["figure-1.png"])
            with open(path, "wb") as file:
                self.assertEqual(self.saved(file).saved, 1)  # it is not complete yet
            self.assertEqual(self.saved(os.path.join(elsewhere, "a.pdf")).saved, 1)

    def test_what_is_saved_here_comes_again_when_it_has_changed(self) -> None:
        path = os.path.join(self.folder, "own.png")
        with open(path, "wb") as file:
            figure = self.saved(path)
            self.assertEqual(self.saved(file).saved, 0)
        figures._gallery.take(figure, shown=True)
        self.assertEqual(self.names(), ["own.png"])
        figure.parts[1].stale = True
        figures._gallery.take(figure, shown=True)
        self.assertEqual(self.names(), ["figure-1.png", "own.png"])

    def saved(self, where: Any) -> _Figure:
        display.show_on(display.Printed())
        figures.begin(self.folder)
        figure = _Figure()
        figures._on_saved(figure, where)
        return figure

    def test_figures_that_are_open_in_a_forked_process_come_once(self) -> None:
        display.show_on(display.Printed())
        figures.begin(self.folder)
        managers = [mock.Mock(canvas=mock.Mock(figure=_Figure()))]
        with mock.patch.object(drawing, "managers", return_value=managers):
            pid = os.fork()
            if pid == 0:
                try:
                    figures.save_open()
                finally:
                    os._exit(0)
            os.waitpid(pid, 0)
            self.assertEqual(self.names(), [])
            figures.save_open()
        self.assertEqual(self.names(), ["figure-1.png"])

    def test_only_files_of_the_working_folder_are_handed_out_anyway(self) -> None:
        gallery = self.gallery()
        os.mkdir(os.path.join(self.folder, "sub"))
        for name in ("a.png", "sub/b.png"):
            with open(os.path.join(self.folder, name), "wb"):
                pass
            self.assertTrue(gallery.owns(os.path.join(self.folder, name)))
        self.assertFalse(gallery.owns(os.path.join(self.folder, "missing.png")))
        self.assertFalse(gallery.owns(os.path.abspath(__file__)))


if __name__ == "__main__":
    unittest.main()
