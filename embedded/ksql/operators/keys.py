"""Functions that compute the keys of PARTITION BY, of joins, of GROUP BY and of foreign-key joins."""

from collections.abc import Callable
from typing import Any

from embedded.ksql.language import tree
from embedded.ksql.operators import ends, rows
from embedded.ksql.plan import steps
from embedded.ksql.serde import formats, kafka

Rekeying = tuple[Callable[[Any, Any], bytes | None], Callable[[Any], list[Any]] | None]
"""The new key of (key, row), and the columns that are appended to the row, if any."""


def rekeying(step: steps.Rekey) -> Rekeying:
    """The functions of a change of key."""
    if not step.schema.keys:
        return (lambda _, __: None), None
    columns = step.input.schema.columns()
    compute = rows.projection(step.expressions, columns)
    write = formats.key_writer(step.keys.format, ends.pairs(step.schema.keys))
    from_key = _from_key(step)
    extra = [e for e, append in zip(step.expressions, step.appended, strict=True) if append]
    append = rows.projection(extra, columns) if extra else None
    if len(step.expressions) == 1 and step.keys.format.name == "KAFKA":
        only = rows.value(step.expressions[0], columns)
        encode = kafka.writer(step.schema.keys[0].type)

        def plain_key_of(key: Any, row: Any) -> bytes | None:
            if row is None:
                return write(from_key(key))
            value = only(row)
            return None if value is None else encode(value)

        return plain_key_of, append

    def key_of(key: Any, row: Any) -> bytes | None:
        return write(from_key(key) if row is None else compute(row))

    return key_of, append


def _from_key(step: steps.Rekey) -> Callable[[bytes | None], list[Any]]:
    """The new key of a row without a value, from its old key: what needs more is null."""
    schema = step.input.schema
    read = formats.key_reader(step.input.keys.format, ends.pairs(steps.written(step.input)))
    columns = {f.name: (i, f.type) for i, f in enumerate(schema.keys)}
    known = [each for each in step.expressions if all(c.name in columns for c in tree.columns(each))]
    places = [known.index(each) if each in known else None for each in step.expressions]
    compute = rows.projection(known, columns)
    suffix = formats.window_bytes(step.input.keys.window)

    def apply(key: bytes | None) -> list[Any]:
        parts = None if key is None else read(key[: len(key) - suffix] if suffix else key)
        made = compute(parts or [None] * len(schema.keys))
        return [None if place is None else made[place] for place in places]

    return apply


def grouping(step: steps.GroupBy) -> Callable[[Any], bytes | None]:
    """The function that computes a row's grouping key; None when a part of it is null."""
    compute = rows.group(step.expressions, step.input.schema.columns())
    write = formats.key_writer(step.keys.format, ends.pairs(step.schema.keys))

    def key_of(row: Any) -> bytes | None:
        parts = compute(row)
        return None if parts is None else write(parts)

    return key_of


def foreign(step: steps.ForeignKeyJoin) -> Callable[[Any], bytes | None]:
    """The function that computes the key that a row of the left table names, as the right table writes it."""
    value = rows.value(step.expression, step.left.schema.columns())
    write = formats.key_writer(step.right.keys.format, ends.pairs(steps.written(step.right)))
    return lambda row: write([value(row)])
