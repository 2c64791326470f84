"""Long values over several lines. The expected texts are what IPython 8.5 shows."""

from __future__ import annotations

import re
import types
import unittest
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple

from sandbox.program.notebook.pretty import MAX_ITEMS, pretty

Point = namedtuple("Point", "x y")


class Lines:
    def __repr__(self) -> str:
        return "one\ntwo"


class Plain:
    pass


class Own:
    def _repr_pretty_(self, printer, cycle) -> None:
        with printer.group(4, "Own(", ")"):
            printer.pretty(["x" * 40])
            printer.text(",")
            printer.breakable()
            printer.pretty({"y": "z" * 40})


def function(a: int, *b: int) -> None:
    """Nothing."""


class PrettyTest(unittest.TestCase):
    def test_short_values_are_their_repr(self) -> None:
        for value in (1, "a\nb", None, [], (), (1,), {}, {"a": [1, (2,)]}, frozenset([1]), set(), range(5), Point(1, 2), b"x"):
            self.assertEqual(pretty(value), repr(value))

    def test_what_does_not_fit_into_a_line_has_one_item_a_line(self) -> None:
        self.assertEqual(pretty(list(range(27))), "[" + ",\n ".join(map(str, range(27))) + "]")
        self.assertEqual(pretty(list(range(22))), repr(list(range(22))))
        key = "k" * 24
        self.assertEqual(pretty({key: 1, key + "2": [2] * 3}), f"{{'{key}': 1, '{key}2': [2, 2, 2]}}")
        self.assertEqual(
            pretty({"a": list(range(25)), "b": {"c": "d" * 70}}),
            "{'a': [" + ",\n  ".join(map(str, range(25))) + "],\n 'b': {'c': '" + "d" * 70 + "'}}",
        )

    def test_other_containers_are_shown_like_calls(self) -> None:
        self.assertEqual(pretty(defaultdict(list, a=[1])), "defaultdict(list, {'a': [1]})")
        self.assertEqual(pretty(OrderedDict(a=1)), "OrderedDict([('a', 1)])")
        self.assertEqual(pretty(Counter("aab")), "Counter({'a': 2, 'b': 1})")
        self.assertEqual(pretty(deque([1, 2], 3)), "deque([1, 2], maxlen=3)")
        self.assertEqual(pretty(types.SimpleNamespace(a=1)), "namespace(a=1)")
        self.assertEqual(pretty(types.MappingProxyType({"a": 1})), "mappingproxy({'a': 1})")
        self.assertEqual(pretty({3, 1, "a"}), "{1, 3, 'a'}")

    def test_classes_functions_and_exceptions_have_their_names(self) -> None:
        module = __name__
        self.assertEqual(pretty(int), "int")
        self.assertEqual(pretty(Plain), f"{module}.Plain")
        self.assertRegex(pretty(Plain()), rf"^<{module}\.Plain at 0x[0-9a-f]+>$")
        self.assertEqual(pretty(function), f"<function {module}.function(a: 'int', *b: 'int') -> 'None'>")
        self.assertEqual(pretty(ValueError("x", 1)), "ValueError('x', 1)")
        self.assertEqual(pretty(re.compile(r"\d", re.I)), r"re.compile(r'\d', re.IGNORECASE|re.UNICODE)")

    def test_own_texts_keep_their_lines(self) -> None:
        self.assertEqual(pretty(Lines()), "one\ntwo")
        self.assertEqual(pretty([Lines(), 1]), "[one\n two,\n 1]")
        self.assertEqual(pretty(Own()), f"Own(['{'x' * 40}'],\n    {{'y': '{'z' * 40}'}})")

    def test_cycles_end(self) -> None:
        values: list = [1]
        values.append(values)
        self.assertEqual(pretty(values), "[1, [...]]")
        pairs: dict = {}
        pairs["self"] = pairs
        self.assertEqual(pretty(pairs), "{'self': {...}}")

    def test_of_many_items_the_first_are_shown(self) -> None:
        for value in (list(range(10**6)), dict.fromkeys(range(10**5)), set(range(10**5))):
            text = pretty(value)
            self.assertEqual(text.count("\n"), MAX_ITEMS)
            self.assertTrue(text[:-1].endswith(",\n ..."))


if __name__ == "__main__":
    unittest.main()
