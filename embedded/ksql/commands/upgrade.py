"""What CREATE OR REPLACE may put in the place of what, as ksqlDB has it."""

from collections.abc import Sequence
from typing import Final

from embedded.ksql.catalog import Column, Source
from embedded.ksql.errors import InvalidError, UnsupportedError, UpgradeError
from embedded.ksql.query import Query

_KINDS: Final = {"STREAM": "KSTREAM", "TABLE": "KTABLE"}


def check_source(known: Source, other: Source) -> None:
    """See whether `other` may take the place of `known`: its topic, formats and columns, or more columns.

    Raises:
        InvalidError: it may not.
    """
    issues = [
        f"{name} = {before} which is not upgradeable to {after}"
        for name, before, after in (
            ("type", _KINDS[known.kind], _KINDS[other.kind]),
            ("topic", _topic(known), _topic(other)),
            ("timestampColumn", _timestamp(known), _timestamp(other)),
        )
        if before != after
    ]
    if lost := _lost(known, other):
        before, after = _schema(known.columns), _schema(other.columns)
        issues.append(f"schema = {before} which is not upgradeable to {after}. ({lost})")
    if issues:
        told = "\n\tAND ".join(f"DataSource '`{known.name}`' has {issue}" for issue in issues)
        raise InvalidError(f"Cannot upgrade data source: {told}")


def check_query(known: Query, other: Query) -> None:
    """See whether `other` may go on where `known` is: from the same topics, when neither holds anything.

    Raises:
        UpgradeError: it reads other topics.
        UnsupportedError: one of them groups, joins or repartitions; ksqlDB refuses nearly all of these too.
    """
    if known.source_topics != other.source_topics:
        before, after = ", ".join(known.source_topics), ", ".join(other.source_topics)
        raise UpgradeError(
            "Query is not upgradeable. Plan step of type StreamSource must have matching topicName. "
            f"Values differ: {before} vs. {after}"
        )
    sink = other.sink
    if sink and not (_holds_nothing(known) and _holds_nothing(other)):
        raise UnsupportedError(
            "Query is not upgradeable: what it groups, joins or repartitions would be lost. "
            f"DROP {sink.kind} `{sink.name}` DELETE TOPIC, and create it anew: it begins to read where "
            "auto.offset.reset says",
            feature="CREATE OR REPLACE",
        )


def _holds_nothing(query: Query) -> bool:
    return len(query.stages) == 1 and not query.stages[0].task(0).states


def _lost(known: Source, other: Source) -> str:
    """What of the columns of `known` is not in its place in `other`, as ksqlDB says it; empty if nothing."""
    keys, other_keys = known.key_columns, other.key_columns
    for what, rule, before, after in (
        ("key ", "Key columns must be identical. ", keys, other_keys),
        ("", "", known.columns[len(keys) :], other.columns[len(other_keys) :]),
    ):
        lost = [column for place, column in enumerate(before) if after[place : place + 1] != (column,)]
        if lost:
            return f"{rule}The following {what}columns are changed, missing or reordered: [{_schema(lost)}]"
    return ""


def _schema(columns: Sequence[Column]) -> str:
    return ", ".join(f"`{c.name}` {c.type}{' KEY' if c.where == 'key' else ''}" for c in columns)


def _topic(source: Source) -> str:
    formats = [
        " ".join((each.name, *map("=".join, each.properties)))
        for each in (source.key_format, source.value_format)
    ]
    return f"{source.topic} ({', '.join(formats)}{'' if source.wrap_single_value else ', unwrapped'})"


def _timestamp(source: Source) -> str:
    return " ".join(filter(None, (source.timestamp_column, source.timestamp_format))) or "none"
