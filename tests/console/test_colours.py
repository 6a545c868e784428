"""The words of the console and of a report can be read on every ground that they stand on."""

import re
from itertools import product

import pytest

from tests.conftest import REPOSITORY

SHEETS = ("console/static/css/base.css", "cli/reporting/page.css")
WORDS = ("ink", "ink-2", "ink-3", "lit", "alarm")
GROUNDS = ("ground", "panel", "sunk", "lit-fill", "alarm-fill", "cool-fill")
LEAST = 4.5
"""WCAG 2.2, 1.4.3: the contrast of text that is not large."""


def colours(sheet: str, scheme: str) -> dict[str, str]:
    """The named colours of a sheet, which is light unless it says otherwise."""
    light, _, dark = (REPOSITORY / sheet).read_text(encoding="utf-8").partition("@media")
    named = re.compile(r"--([\w-]+): (#[0-9a-f]{6})")
    return dict(named.findall(light)) | (dict(named.findall(dark)) if scheme == "dark" else {})


def luminance(colour: str) -> float:
    """WCAG 2.2, "relative luminance"."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("sheet", SHEETS)
def test_every_word_can_be_read_on_every_ground(sheet: str, scheme: str) -> None:
    named = colours(sheet, scheme)
    pairs = [(word, ground) for word, ground in product(WORDS, GROUNDS) if ground in named]
    assert len(pairs) >= 3 * len(WORDS)
    dim = {
        f"{word} on {ground}": round(contrast(named[word], named[ground]), 2)
        for word, ground in pairs
        if contrast(named[word], named[ground]) < LEAST
    }
    assert dim == {}
