"""Loads every module that declares functions, once."""

from functools import cache
from importlib import import_module
from typing import Final

MODULES: Final = (
    "strings",
    "regular",
    "nulls",
    "math",
    "arrays",
    "maps",
    "json",
    "urls",
    "dates",
    "timestamps",
    "bytes",
    "lambdas",
    "masks",
    "geo",
    "explode",
    "counting",
    "numbers",
    "offsets",
    "collecting",
    "top",
)


@cache
def load() -> None:
    """Imports the modules; a second call does nothing."""
    for each in MODULES:
        import_module(f"embedded.ksql.functions.{each}")
