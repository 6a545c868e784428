"""Functions about nulls, and AS_VALUE."""

from collections.abc import Callable, Sequence
from typing import Any

from embedded.ksql.functions.registry import scalar


@scalar("AS_VALUE", "T -> T", safe=True, text=lambda texts, _: texts[0])
def as_value(value: Any) -> Any:
    """The value itself: marks a copy of a key column as a value column."""
    return value


def _first(texts: Sequence[str], fresh: Callable[[], str]) -> str:
    names = [fresh() for _ in texts]
    pairs = zip(names, texts, strict=True)
    return "(" + "".join(f"{name} if ({name} := {text}) is not None else " for name, text in pairs) + "None)"


@scalar("COALESCE", "T, T... -> T", safe=True, text=_first)
def coalesce(*values: Any) -> Any:
    """The first value that is not null."""
    return next((value for value in values if value is not None), None)


@scalar("IFNULL", "T, T -> T", safe=True)
def if_null(value: Any, otherwise: Any) -> Any:
    """The value, or another when it is null."""
    return otherwise if value is None else value


@scalar("NULLIF", "T, T -> T", safe=True)
def null_if(value: Any, other: Any) -> Any:
    """The value, or null when it equals the other."""
    return None if value == other else value
