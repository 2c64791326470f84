"""Names that answers show are one-to-one, and as they are where that is possible."""

from __future__ import annotations

import itertools
import unittest
from urllib.parse import unquote_to_bytes

from sandbox.wire import names

PARTS = [b"%", b"0", b"A", b"2", b"5", b"\n", b"C", b"3", b"\xc3", b"\xa9"]


class ShownTest(unittest.TestCase):
    def test_ordinary_names_stay_as_they_are(self) -> None:
        for name in ("a.csv", "100% sure.csv", "a%2Fb.txt", "a%20b", "%", "50%25.txt", "a\\b", " a ", "é", "👩\u200d🚀", "d/e"):
            self.assertEqual(names.shown(name.encode()), name)

    def test_what_cannot_be_shown_is_percent_encoded(self) -> None:
        for raw in (b"a\nb", b"a\tb", b"\x7f", b"caf\xe9", "\u202eb".encode(), "\u2028".encode(), b"50%\n", b"\xff\xfe"):
            shown = names.shown(raw)
            self.assertTrue(shown.isprintable(), shown)
            self.assertEqual(unquote_to_bytes(shown), raw)

    def test_no_two_names_are_shown_alike(self) -> None:
        seen = {}
        for length in range(1, 5):
            for parts in itertools.product(PARTS, repeat=length):
                raw = b"".join(parts)
                self.assertNotIn(names.CUT[-3:], names.shown(raw))
                self.assertEqual(seen.setdefault(names.shown(raw), raw), raw)
        for raw in (b"a\nb", b"a%0Ab", b"a%250Ab", b"a%25250Ab", b"a%250Ab\n"):
            self.assertEqual(seen.setdefault(names.shown(raw), raw), raw)

    def test_every_name_is_meant_by_what_it_is_shown_as_and_by_nothing_else(self) -> None:
        for raw in (b"a b", b"a\nb", b"\xff", b"50%", b"50%\n", b"%0A", b"%250A", b"a\\b", "\u202eexe".encode(), b"%2F"):
            self.assertEqual(names.meant(names.shown(raw)), raw)
        for name in ("%2F%0A", "%0a%0A", "x%41%0A", "%E2%82%AC%0A"):
            with self.assertRaises(ValueError, msg=name):
                names.meant(name)
        self.assertEqual(names.meant("a\nb"), b"a\nb", "a character that is never shown is itself")


if __name__ == "__main__":
    unittest.main()
