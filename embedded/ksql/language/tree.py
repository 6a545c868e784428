"""Syntax trees of expressions. Equality is by structure: where a node stands does not count."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal, NamedTuple

from embedded.ksql.types import Type


class Place(NamedTuple):
    """Where a node begins in the text: line from 1, column from 1."""

    line: int
    column: int


NOWHERE = Place(0, 0)


@dataclass(frozen=True, slots=True)
class Expression:
    """Any expression."""

    place: Place = field(default=NOWHERE, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Column(Expression):
    """A column reference; `source` is the alias before the dot, None when there is none."""

    name: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Constant(Expression):
    """A literal: None, bool, int (INTEGER or BIGINT by its size), Decimal, float, str or bytes.

    `type` is None for NULL only.
    """

    value: bool | int | float | Decimal | str | bytes | None
    type: Type | None


@dataclass(frozen=True, slots=True)
class Interval(Expression):
    """A unit of time as an argument, for instance MILLISECONDS."""

    unit: str


@dataclass(frozen=True, slots=True)
class Unary(Expression):
    """A signed expression."""

    sign: Literal["-", "+"]
    value: Expression


@dataclass(frozen=True, slots=True)
class Arithmetic(Expression):
    """left operator right, for + - * / %."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Comparison(Expression):
    """left operator right, for = <> < <= > >= and IS DISTINCT FROM."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Logical(Expression):
    """left AND right, left OR right."""

    operator: Literal["AND", "OR"]
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Not(Expression):
    """NOT value."""

    value: Expression


@dataclass(frozen=True, slots=True)
class IsNull(Expression):
    """Value IS NULL, or IS NOT NULL when `negated`."""

    value: Expression
    negated: bool


@dataclass(frozen=True, slots=True)
class Between(Expression):
    """Value BETWEEN low AND high."""

    value: Expression
    low: Expression
    high: Expression


@dataclass(frozen=True, slots=True)
class In(Expression):
    """Value IN (candidates)."""

    value: Expression
    candidates: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Like(Expression):
    """Value LIKE pattern [ESCAPE escape]."""

    value: Expression
    pattern: Expression
    escape: str | None


@dataclass(frozen=True, slots=True)
class When(Expression):
    """One WHEN … THEN … of a CASE."""

    condition: Expression
    result: Expression


@dataclass(frozen=True, slots=True)
class Case(Expression):
    """A searched CASE."""

    whens: tuple[When, ...]
    default: Expression | None


@dataclass(frozen=True, slots=True)
class Cast(Expression):
    """CAST(value AS type)."""

    value: Expression
    type: Type


@dataclass(frozen=True, slots=True)
class Subscript(Expression):
    """base[index]."""

    base: Expression
    index: Expression


@dataclass(frozen=True, slots=True)
class Dereference(Expression):
    """base->field."""

    base: Expression
    field: str


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A function call; `function` is in upper case."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class MakeArray(Expression):
    """ARRAY[…]."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class MakeMap(Expression):
    """MAP(key := value, …)."""

    keys: tuple[Expression, ...]
    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class MakeStruct(Expression):
    """STRUCT(name := value, …)."""

    names: tuple[str, ...]
    values: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Lambda(Expression):
    """(arguments) => body."""

    arguments: tuple[str, ...]
    body: Expression


@dataclass(frozen=True, slots=True)
class LambdaArgument(Expression):
    """A lambda's argument, used in its body."""

    name: str


def children(node: Expression) -> Iterator[Expression]:
    """The expressions directly under `node`, left to right."""
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        if isinstance(value, Expression):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Expression))


def walk(node: Expression) -> Iterator[Expression]:
    """`node` and everything under it, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


def rewrite(node: Expression, change: Callable[[Expression], Expression | None]) -> Expression:
    """`node` with each node that `change` answers replaced by the answer, from the top down."""
    changed = change(node)
    if changed is not None:
        return changed
    updates: dict[str, object] = {}
    for name in node.__dataclass_fields__:
        value = getattr(node, name)
        if isinstance(value, Expression):
            new: object = rewrite(value, change)
        elif isinstance(value, tuple) and any(isinstance(item, Expression) for item in value):
            new = tuple(rewrite(item, change) if isinstance(item, Expression) else item for item in value)
        else:
            continue
        if new is not value:
            updates[name] = new
    return replace(node, **updates) if updates else node  # type: ignore[arg-type]


def columns(node: Expression) -> list[Column]:
    """The column references in `node`, left to right."""
    return [each for each in walk(node) if isinstance(each, Column)]
