"""What the engine knows of the outside: topics, and the streams and tables declared over them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from embedded.ksql.types import Type


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as a statement wants it. `retention_ms` is None for the broker's default, -1 for ever."""

    name: str
    partitions: int = 1
    replicas: int = 1
    retention_ms: int | None = None
    compacted: bool = False


class Topics(Protocol):
    """The topics of a cluster, as far as the engine needs to ask."""

    def partitions(self, name: str) -> int | None:
        """How many partitions topic `name` has, or None when there is no such topic."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """A serialisation format by its name in upper case, with its properties (`DELIMITER`, …)."""

    name: str
    properties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """How the keys of a windowed source are windowed. `size_ms` is None for SESSION."""

    kind: Literal["TUMBLING", "HOPPING", "SESSION"]
    size_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a source: its name as stored (case-exact), its type, and where it lives."""

    name: str
    type: Type
    where: Literal["key", "value", "header", "headers"] = "value"
    header: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A stream or table that has been declared or derived.

    `columns` are key columns first. `timestamp_column` is the TIMESTAMP property's column or None.
    `query_id` names the query that fills a derived source, None for a declared one; `made_of` are the
    sources that it was derived from, which cannot be dropped before it.
    """

    name: str
    kind: Literal["STREAM", "TABLE"]
    topic: str
    key_format: Format
    value_format: Format
    columns: tuple[Column, ...]
    partitions: int
    replicas: int
    window: Window | None
    timestamp_column: str | None
    timestamp_format: str | None
    wrap_single_value: bool
    read_only: bool
    statement: str
    query_id: str | None = None
    made_of: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)

    @property
    def key_columns(self) -> tuple[Column, ...]:
        """The columns that live in the record's key, in order."""
        return tuple(c for c in self.columns if c.where == "key")

    @property
    def value_columns(self) -> tuple[Column, ...]:
        """The columns that live in the record's value, in order."""
        return tuple(c for c in self.columns if c.where == "value")


class MemoryTopics:
    """Topics of an engine without a cluster: every topic exists, with one partition unless told.

    Args:
        partitions: partition counts by topic name.
        strict: when true, a topic that `partitions` does not name does not exist.
        default: how many partitions a topic has that `partitions` does not name.
    """

    def __init__(
        self, partitions: Mapping[str, int] | None = None, *, strict: bool = False, default: int = 1
    ) -> None:
        self._partitions = dict(partitions or {})
        self._strict = strict
        self._default = default

    def partitions(self, name: str) -> int | None:
        """How many partitions `name` has; None when it is not known."""
        return self._partitions.get(name)

    @property
    def default_partitions(self) -> int | None:
        """How many partitions an unknown topic gets; None when strict."""
        return None if self._strict else self._default
