"""Schemas of steps: key columns, and the value columns of a row by position."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from embedded.ksql import types
from embedded.ksql.catalog import Column, Format, Source, Window
from embedded.ksql.types import Type

ROWTIME: Final = "ROWTIME"
ROWPARTITION: Final = "ROWPARTITION"
ROWOFFSET: Final = "ROWOFFSET"
WINDOWSTART: Final = "WINDOWSTART"
WINDOWEND: Final = "WINDOWEND"
PSEUDO: Final = (ROWTIME, ROWPARTITION, ROWOFFSET)
BOUNDS: Final = (WINDOWSTART, WINDOWEND)
SYSTEM: Final = frozenset((*PSEUDO, *BOUNDS))


@dataclass(frozen=True, slots=True)
class Field:
    """A column: its name and type."""

    name: str
    type: Type


@dataclass(frozen=True, slots=True)
class KeyFormat:
    """How the keys of a step are written, and windowed."""

    format: Format
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    """Key columns and value columns, in order.

    Until the final projection, value columns hold copies of the key columns and the pseudo columns.
    """

    keys: tuple[Field, ...]
    values: tuple[Field, ...]

    def columns(self) -> dict[str, tuple[int, Type]]:
        """Position in the row and type of each value column by name."""
        return {field.name: (i, field.type) for i, field in enumerate(self.values)}

    def key_names(self) -> tuple[str, ...]:
        """The names of the key columns."""
        return tuple(field.name for field in self.keys)

    def value(self, name: str) -> Field | None:
        """The value column of that name."""
        return next((field for field in self.values if field.name == name), None)

    def has_key(self, name: str) -> bool:
        """Whether there is a key column of that name."""
        return any(field.name == name for field in self.keys)


def fields(columns: Iterable[Column]) -> tuple[Field, ...]:
    """Fields of a source's columns."""
    return tuple(Field(column.name, column.type) for column in columns)


def source_schema(source: Source) -> Schema:
    """The schema of a source's rows as they are read: with pseudo columns and copies of the keys."""
    keys = fields(source.key_columns)
    headers = tuple(c for c in source.columns if c.where in {"header", "headers"})
    pseudo = (
        Field(ROWTIME, types.BIGINT),
        Field(ROWPARTITION, types.INTEGER),
        Field(ROWOFFSET, types.BIGINT),
    )
    bounds = tuple(Field(name, types.BIGINT) for name in BOUNDS) if source.window else ()
    return Schema(keys, fields(source.value_columns) + fields(headers) + pseudo + keys + bounds)


def key_format(source: Source) -> KeyFormat:
    """The key format of a source."""
    return KeyFormat(source.key_format, source.window)
