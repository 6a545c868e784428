"""What an aggregation is made of: grouping expressions, aggregates, and the columns that they need."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from embedded.ksql.errors import InvalidError
from embedded.ksql.language import tree
from embedded.ksql.language.show import show
from embedded.ksql.language.statements import Select
from embedded.ksql.language.tree import Expression
from embedded.ksql.plan.projection import Selected
from embedded.ksql.plan.schema import BOUNDS
from embedded.ksql.plan.typing import is_aggregate

ROWTIME = tree.Column("ROWTIME")
"""What an aggregate without arguments is applied to."""


@dataclass(slots=True)
class Parts:
    """What the clauses of an aggregation need of their input."""

    required: list[tree.Column] = field(default_factory=list)
    arguments: list[Expression] = field(default_factory=list)
    calls: list[tree.Call] = field(default_factory=list)


def unique(grouping: Sequence[Expression]) -> tuple[Expression, ...]:
    """The grouping expressions, none of which may be there twice."""
    for i, each in enumerate(grouping):
        if each in grouping[:i]:
            raise InvalidError(
                f"Duplicate GROUP BY expression: {show(each)}", line=each.place.line, column=each.place.column
            )
    return tuple(grouping)


def analyse(query: Select, grouping: tuple[Expression, ...], selected: Sequence[Selected]) -> Parts:
    """What the clauses need; refuses columns that are neither grouped nor aggregated."""
    parts = Parts()
    window = query.window is not None
    groups = [*grouping, *(map(tree.Column, BOUNDS) if window else ())]
    outside: list[Expression] = []
    for _, expression in selected:
        loose = _visit(expression, groups, parts, window=window, clause="SELECT")
        if expression not in groups and any(column not in groups for column in loose):
            outside.append(expression)
    if query.where is not None:
        _visit(query.where, groups, parts, window=window, clause="WHERE")
    for each in grouping:
        _visit(each, groups, parts, window=window, clause="GROUP BY")
    having: list[tree.Column] = []
    if query.having is not None:
        found = _visit(query.having, groups, parts, window=window, clause="HAVING")
        having = [column for column in found if column not in groups]
    if not parts.calls:
        raise InvalidError("GROUP BY requires aggregate functions in either the SELECT or HAVING clause.")
    if outside:
        raise InvalidError(
            f"Non-aggregate SELECT expression(s) not part of GROUP BY: {', '.join(map(show, outside))}\n"  # noqa: S608
            "Either add the column(s) to the GROUP BY or remove them from the SELECT."
        )
    if having:
        raise InvalidError(
            f"Non-aggregate HAVING expression not part of GROUP BY: {', '.join(map(show, having))}\n"
            "Consider switching the HAVING clause to a WHERE clause before the GROUP BY."
        )
    return parts


def _visit(  # noqa: C901 - a branch for each case
    node: Expression, groups: Sequence[Expression], parts: Parts, *, window: bool, clause: str
) -> list[tree.Column]:
    """The columns used outside aggregates and grouping expressions; collects calls and arguments."""
    loose: list[tree.Column] = []

    def walk(each: Expression, within: str | None, *, grouped: bool) -> None:
        grouped = grouped or each in groups
        if is_aggregate(each):
            assert isinstance(each, tree.Call)  # noqa: S101 - an aggregate is a call
            if within is not None:
                raise InvalidError(f"Aggregate functions can not be nested: {within}({each.function}())")
            if clause == "GROUP BY":
                raise InvalidError(
                    f"GROUP BY does not support aggregate functions: {each.function} is an aggregate "
                    "function."
                )
            call = each if each.arguments else tree.Call(each.function, (ROWTIME,), place=each.place)
            parts.arguments.extend(call.arguments)
            parts.calls.append(call)
            for child in call.arguments:
                walk(child, each.function, grouped=False)
            return
        if isinstance(each, tree.Column):
            bound = each.name in BOUNDS
            if bound and window and (within is not None or clause != "SELECT"):
                raise InvalidError(
                    f"Window bounds column {each.name} can only be used in the SELECT clause of windowed "
                    "aggregations and can not be passed to aggregate functions."
                )
            if within is None and (not grouped or bound):
                loose.append(each)
            if not bound:
                parts.required.append(each)
        for child in tree.children(each):
            walk(child, within, grouped=grouped)

    walk(node, None, grouped=False)
    return loose
