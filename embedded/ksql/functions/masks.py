"""Functions that hide characters."""

import unicodedata
from collections.abc import Callable
from typing import Final

from embedded.ksql.functions.registry import scalar

_DEFAULTS: Final = ("X", "x", "n", "-")
_CATEGORIES: Final = {"Lu": 0, "Ll": 1, "Nd": 2}


def _hide(text: str, masks: tuple[str | None, ...]) -> str:
    shown = masks or _DEFAULTS
    if any(mask is not None and len(mask) != 1 for mask in shown):
        raise ValueError("Invalid mask character. Must be only single character")
    out = []
    for char in text:
        mask = shown[_CATEGORIES.get(unicodedata.category(char), 3)]
        out.append(char if mask is None else mask)
    return "".join(out)


@scalar("MASK", "STRING -> STRING", "STRING, STRING, STRING, STRING, STRING -> STRING")
def mask(text: str | None, *masks: str | None) -> str | None:
    """Every character hidden by its kind: upper, lower, digit, other."""
    return None if text is None else _hide(text, masks)


def _declare(name: str, part: Callable[[str, int], tuple[str, str, str]]) -> None:
    """Declares a function that hides the middle one of three parts of a text."""

    @scalar(name, "STRING, INTEGER -> STRING", "STRING, INTEGER, STRING, STRING, STRING, STRING -> STRING")
    def hide(text: str | None, count: int, *masks: str | None) -> str | None:
        """Part of the text hidden."""
        if count < 0:
            raise ValueError(f"function {name} requires a non-negative number of characters to mask or skip")
        if text is None:
            return None
        before, hidden, after = part(text, min(count, len(text)))
        return before + _hide(hidden, masks) + after


_declare("MASK_LEFT", lambda text, count: ("", text[:count], text[count:]))
_declare("MASK_RIGHT", lambda text, count: (text[: len(text) - count], text[len(text) - count :], ""))
_declare("MASK_KEEP_LEFT", lambda text, count: (text[:count], text[count:], ""))
_declare("MASK_KEEP_RIGHT", lambda text, count: ("", text[: len(text) - count], text[len(text) - count :]))
