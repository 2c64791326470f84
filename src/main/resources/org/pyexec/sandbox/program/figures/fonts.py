"""Characters that a figure's font lacks, such as Chinese, Japanese and Korean ones, are drawn from another font.

matplotlib (3.6 and later) draws each character from the first of several fonts that has it, but has no setting for a last one:
that would have to stand in `font.family`, which programs replace, and which they compare with its default.
"""

from __future__ import annotations

import functools
import sys
from typing import Any, Optional

# By the names that the fonts give themselves, the first that is there.
LAST_FONTS = (
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "WenQuanYi Zen Hei",
)
_FINDER = "_find_fonts_by_props"


def add_last() -> None:
    """Where matplotlib has been imported."""
    manager = sys.modules.get("matplotlib.font_manager")
    finder = getattr(getattr(manager, "FontManager", None), _FINDER, None)
    last = _last_font(manager)
    if finder is not None and last is not None:
        _add(manager, finder, last)


def _last_font(manager: Any) -> Optional[str]:
    """Its path."""
    fonts = getattr(getattr(manager, "fontManager", None), "ttflist", ())
    paths = {font.name: font.fname for font in fonts if font.name in LAST_FONTS}
    return next((paths[name] for name in LAST_FONTS if name in paths), None)


def _add(manager: Any, finder: Any, last: str) -> None:
    @functools.wraps(finder)
    def find(self: Any, prop: Any, fontext: str = "ttf", *more: Any, **named: Any) -> Any:
        paths = finder(self, prop, fontext, *more, **named)
        return paths if fontext != "ttf" or last in paths else [*paths, last]

    setattr(manager.FontManager, _FINDER, find)
