"""Steps: what a query does to rows, as a tree from the sink down to its sources."""

from dataclasses import dataclass, field
from typing import Literal

from embedded.ksql.catalog import Format, Source
from embedded.ksql.language.statements import WindowClause, Within
from embedded.ksql.language.tree import Call, Expression
from embedded.ksql.plan.schema import Field, KeyFormat, Schema

JoinKind = Literal["INNER", "LEFT", "RIGHT", "OUTER"]


@dataclass(frozen=True, slots=True)
class Step:
    """Any step.

    `table` says that rows are changes of a table. `rekeyed` says that keys have changed since the rows
    were last read from a topic, so that joins and aggregations need a repartition first.
    """

    schema: Schema
    keys: KeyFormat
    table: bool = field(kw_only=True)
    rekeyed: bool = field(default=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Read(Step):
    """Rows of a source."""

    source: Source


@dataclass(frozen=True, slots=True)
class Filter(Step):
    """Rows for which `predicate` is true."""

    input: Step
    predicate: Expression


@dataclass(frozen=True, slots=True)
class Project(Step):
    """Rows with these columns: (name, expression)."""

    input: Step
    selects: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class FlatMap(Step):
    """A row for each result of table functions, which are appended as columns."""

    input: Step
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Rekey(Step):
    """Rows with another key; expressions that are not columns are appended as columns.

    `expressions` is empty for PARTITION BY NULL.
    """

    input: Step
    expressions: tuple[Expression, ...]
    appended: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Repartition(Step):
    """Rows through an internal topic, so that equal keys meet in one partition."""

    input: Step
    name: str


@dataclass(frozen=True, slots=True)
class GroupBy(Step):
    """Rows keyed by the values of `expressions`; rows with a null among them are left out."""

    input: Step
    expressions: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Aggregate(Step):
    """A table of aggregates: `required` columns as they are in the last row, then one for each call."""

    input: Step
    required: tuple[str, ...]
    calls: tuple[Call, ...]
    window: WindowClause | None
    final: bool
    name: str


@dataclass(frozen=True, slots=True)
class StreamStreamJoin(Step):
    """Pairs of rows with equal keys within a span of time."""

    kind: JoinKind
    left: Step
    right: Step
    within: Within


@dataclass(frozen=True, slots=True)
class StreamTableJoin(Step):
    """Rows of a stream with the table's row of the same key."""

    kind: JoinKind
    left: Step
    right: Step


@dataclass(frozen=True, slots=True)
class TableTableJoin(Step):
    """A table of pairs of rows with equal keys."""

    kind: JoinKind
    left: Step
    right: Step


@dataclass(frozen=True, slots=True)
class ForeignKeyAnswer(Step):
    """What the right table of a foreign-key join answers, at work where that table's partitions are.

    Rows of the left table, whose columns are `asking` and whose keys are `asking_keys`, ask through an
    internal topic for the row of a key. They are answered through another one, now and after each change of
    that row.
    """

    input: Step
    asking: Schema
    asking_keys: KeyFormat


@dataclass(frozen=True, slots=True)
class ForeignKeyJoin(Step):
    """A table of rows of the left table with the right table's row whose key `expression` names."""

    kind: JoinKind
    left: Step
    right: ForeignKeyAnswer
    expression: Expression


@dataclass(frozen=True, slots=True)
class Write(Step):
    """Rows to the sink's topic. `timestamp` is (column, format) of the TIMESTAMP property."""

    input: Step
    topic: str
    key_format: Format
    value_format: Format
    wrap: bool
    timestamp: tuple[str, str | None] | None


def written(step: Step) -> tuple[Field, ...]:
    """The key columns as the keys of a step were written: later projections may have renamed them."""
    match step:
        case Project() | Filter() | FlatMap() | Repartition() | Aggregate() | ForeignKeyAnswer() | Write():
            return written(step.input)
        case StreamStreamJoin() | StreamTableJoin() | TableTableJoin() | ForeignKeyJoin():
            return written(step.left)
        case _:
            return step.schema.keys
