"""Names that ksqlDB makes: KSQL_COL_0, ALIAS_COLUMN, ROWKEY."""

import re
from collections.abc import Iterable
from typing import Final

from embedded.ksql.language import tree
from embedded.ksql.language.tree import Expression

_NUMBERED: Final = re.compile(r"(.*?)(?:_(\d+))?")
_GENERATED: Final = "KSQL_COL"
_JOIN_KEY: Final = "ROWKEY"


def joined(source: str, column: str) -> str:
    """The name of a source's column within a join."""
    return f"{source}_{column}"


def aggregate_column(index: int) -> str:
    """The name of the column of the nth aggregate."""
    return f"KSQL_AGG_VARIABLE_{index}"


def table_function_column(index: int) -> str:
    """The name of the column of the nth table function."""
    return f"KSQL_SYNTH_{index}"


def may_be_join_key(name: str) -> bool:
    """Whether a column name may be that of a join's made-up key."""
    return name.startswith(_JOIN_KEY)


def _parts(name: str) -> tuple[str, int]:
    match = _NUMBERED.fullmatch(name)
    assert match is not None  # noqa: S101 - the pattern matches every name
    return match[1], int(match[2] or 0)


class AliasGenerator:
    """Aliases that clash with none of the columns `used`."""

    def __init__(self, used: Iterable[str]) -> None:
        self._used: dict[str, set[int]] = {}
        for name in used:
            prefix, number = _parts(name)
            self._used.setdefault(prefix, set()).add(number)
        self._next: dict[str, int] = {}

    def _take(self, prefix: str) -> str:
        number = self._next.get(prefix, 0)
        while number in self._used.get(prefix, ()):
            number += 1
        self._next[prefix] = number + 1
        return prefix if number == 0 and prefix != _GENERATED else f"{prefix}_{number}"

    def alias(self, node: Expression) -> str:
        """The alias of an expression without one."""
        if isinstance(node, tree.Dereference):
            return self._take(_parts(node.field)[0])
        return self._take(_GENERATED)

    def join_key(self) -> str:
        """The name of a join's key when none of the joined columns can name it."""
        return self._take(_JOIN_KEY)
