"""A query under construction: a step, and what the clauses above it may ask of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from embedded.ksql.errors import InvalidError
from embedded.ksql.language import tree
from embedded.ksql.language.show import show
from embedded.ksql.language.statements import SelectItem
from embedded.ksql.language.tree import Expression
from embedded.ksql.plan.schema import BOUNDS, PSEUDO, Schema
from embedded.ksql.plan.steps import Step


class Projection:
    """The select items of a query, asked whether they contain an expression."""

    def __init__(self, items: Sequence[SelectItem]) -> None:
        self.items = tuple(items)
        self._all = any(i.star == "all" and i.source is None for i in items)
        self._sources = {i.source for i in items if i.star == "all" and i.source is not None}
        self._singles = [i.expression for i in items if i.expression is not None]

    def contains(self, node: Expression) -> bool:
        """Whether a star or one of the items gives `node`."""
        if self._all or (isinstance(node, tree.Column) and node.source in self._sources):
            return True
        return node in self._singles


def _same(_: int, node: Expression) -> Expression:
    return node


def _no_check(_: str, __: Projection) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Node:
    """A step with what is needed to plan on top of it.

    Args:
        step: what is done so far.
        star: the columns of `*`, or of `source.*`.
        resolve: a select item's expression as it reads on top of this step.
        check_keys: raises when a projection lacks the key columns that the sink needs.
        synthetic: the name of a join's made-up key column, which may be selected though no source has it.
    """

    step: Step
    star: Callable[[str | None], list[str]]
    resolve: Callable[[int, Expression], Expression] = field(default=_same)
    check_keys: Callable[[str, Projection], None] = field(default=_no_check)
    synthetic: str | None = None


def ordered(schema: Schema) -> list[str]:
    """The columns that a star gives: keys, window bounds, then values; no pseudo columns."""
    names = [f.name for f in schema.values]
    keys = [name for name in schema.key_names() if name in names]
    bounds = [name for name in names if name in BOUNDS]
    rest = [name for name in names if name not in BOUNDS and name not in PSEUDO and not schema.has_key(name)]
    return [*keys, *bounds, *rest]


def keys_missing(
    sink: str,
    kind: str,
    keys: Sequence[Expression],
    *,
    all_required: bool = True,
    synthetic: bool = False,
) -> InvalidError:
    """KsqlDB's complaint that a projection lacks key columns."""
    texts = [show(key) for key in keys]
    joiner = "and" if all_required else "or"
    listed = texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} {joiner} {texts[-1]}"
    plural = "s" if len(texts) > 1 else ""
    example = ", ".join(texts) if all_required else texts[0]
    note = (
        f"\n{texts[0]} was added as a synthetic key column because the join criteria did not match "
        "any source column."
        if synthetic
        else ""
    )
    return InvalidError(
        f"Key{plural} missing from projection (ie, SELECT). \nThe query used to build `{sink}` must include "
        f"the {kind}{plural} {listed} in its projection (eg, SELECT {example}...).{note}"
    )
