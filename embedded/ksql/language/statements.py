"""Syntax trees of statements and of the clauses of a query."""

from dataclasses import dataclass, field
from typing import Literal

from embedded.ksql.language.tree import NOWHERE, Expression, Place
from embedded.ksql.types import Type

Property = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Element:
    """A declared column."""

    name: str
    type: Type
    constraint: Literal["", "KEY", "PRIMARY KEY", "HEADERS", "HEADER"] = ""
    header: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class SelectItem:
    """An expression with its alias, or a star.

    `star` is "all" for `*` and `source.*` (then `source` says which), "struct" for `expression->*`.
    """

    expression: Expression | None
    alias: str | None = None
    star: Literal["", "all", "struct"] = ""
    source: str | None = None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Relation:
    """A source in FROM or JOIN, with its alias (its name when none was given)."""

    name: str
    alias: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Within:
    """WITHIN … GRACE PERIOD …, in ms; `grace_ms` is None when no grace period is given."""

    before_ms: int
    after_ms: int
    grace_ms: int | None


@dataclass(frozen=True, slots=True)
class Join:
    """One JOIN of a query."""

    kind: Literal["INNER", "LEFT", "RIGHT", "OUTER"]
    relation: Relation
    within: Within | None
    condition: Expression


@dataclass(frozen=True, slots=True)
class WindowClause:
    """WINDOW …, in ms; `size_ms` is the gap of a SESSION window."""

    kind: Literal["TUMBLING", "HOPPING", "SESSION"]
    size_ms: int
    advance_ms: int
    grace_ms: int | None
    retention_ms: int | None
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Select:
    """SELECT … FROM …; `emit` is empty when there is no EMIT clause."""

    items: tuple[SelectItem, ...]
    source: Relation
    joins: tuple[Join, ...]
    window: WindowClause | None
    where: Expression | None
    group_by: tuple[Expression, ...]
    partition_by: tuple[Expression, ...]
    having: Expression | None
    emit: Literal["", "CHANGES", "FINAL"]
    limit: int | None


@dataclass(frozen=True, slots=True)
class Statement:
    """Any statement; `text` is what was written, without the semicolon."""

    text: str = field(default="", compare=False, kw_only=True)
    place: Place = field(default=NOWHERE, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Create(Statement):
    """CREATE STREAM|TABLE with columns and properties."""

    kind: Literal["STREAM", "TABLE"]
    name: str
    elements: tuple[Element, ...]
    properties: tuple[tuple[str, Property], ...]
    or_replace: bool
    if_not_exists: bool
    read_only: bool


@dataclass(frozen=True, slots=True)
class CreateAs(Statement):
    """CREATE STREAM|TABLE … AS SELECT."""

    kind: Literal["STREAM", "TABLE"]
    name: str
    properties: tuple[tuple[str, Property], ...]
    query: Select
    or_replace: bool
    if_not_exists: bool


@dataclass(frozen=True, slots=True)
class InsertInto(Statement):
    """INSERT INTO … SELECT."""

    target: str
    properties: tuple[tuple[str, Property], ...]
    query: Select


@dataclass(frozen=True, slots=True)
class InsertValues(Statement):
    """INSERT INTO … VALUES."""

    target: str
    columns: tuple[str, ...]
    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Query(Statement):
    """A SELECT by itself."""

    query: Select


@dataclass(frozen=True, slots=True)
class Drop(Statement):
    """DROP STREAM|TABLE."""

    kind: Literal["STREAM", "TABLE"]
    name: str
    if_exists: bool
    delete_topic: bool


@dataclass(frozen=True, slots=True)
class CreateType(Statement):
    """CREATE TYPE … AS …."""

    name: str
    type: Type
    if_not_exists: bool


@dataclass(frozen=True, slots=True)
class DropType(Statement):
    """DROP TYPE."""

    name: str
    if_exists: bool


@dataclass(frozen=True, slots=True)
class Terminate(Statement):
    """TERMINATE id; `query_id` is None for ALL."""

    query_id: str | None


@dataclass(frozen=True, slots=True)
class Show(Statement):
    """SHOW or LIST of STREAMS, TABLES, QUERIES, TOPICS, PROPERTIES, FUNCTIONS or TYPES."""

    what: str
    extended: bool


@dataclass(frozen=True, slots=True)
class Describe(Statement):
    """DESCRIBE a source; `name` is None for DESCRIBE STREAMS."""

    name: str | None
    extended: bool


@dataclass(frozen=True, slots=True)
class Explain(Statement):
    """EXPLAIN a query by its id, or a statement."""

    query_id: str | None
    statement: Statement | None


@dataclass(frozen=True, slots=True)
class SetProperty(Statement):
    """SET 'name' = 'value', or UNSET when `value` is None."""

    name: str
    value: str | None
