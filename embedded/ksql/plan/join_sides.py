"""One side of a join: its part of the condition, and its rows under the names that they have in the join."""

from embedded.ksql.language import tree
from embedded.ksql.language.tree import Expression
from embedded.ksql.plan.names import joined
from embedded.ksql.plan.resolve import Aliased
from embedded.ksql.plan.schema import Field, Schema
from embedded.ksql.plan.steps import Project, Step


def plain(on: Expression) -> Expression:
    """A side of a condition over its own source: references without qualifiers."""
    return tree.rewrite(
        on,
        lambda each: (
            tree.Column(each.name, place=each.place)
            if isinstance(each, tree.Column) and each.source
            else None
        ),
    )


def on_key(on: Expression, aliased: Aliased) -> bool:
    """Whether a side of a condition is the only key column of its source."""
    keys = aliased.source.key_columns
    return isinstance(on, tree.Column) and len(keys) == 1 and on.name == keys[0].name


def prefixed(step: Step, alias: str) -> Project:
    """The rows of a source with its alias in front of each column's name."""
    keys = tuple(Field(joined(alias, f.name), f.type) for f in step.schema.keys)
    values = tuple(Field(joined(alias, f.name), f.type) for f in step.schema.values)
    selects = tuple((joined(alias, f.name), tree.Column(f.name)) for f in step.schema.values)
    return Project(Schema(keys, values), step.keys, step, selects, table=step.table, rekeyed=step.rekeyed)
