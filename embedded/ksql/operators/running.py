"""Queries made ready to run: their stages, and the internal topics between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from embedded.ksql.catalog import Source, TopicSpec
from embedded.ksql.operators.foreign_keys import answers_topic, asking_topic
from embedded.ksql.operators.stage import RunningStage, reads, split
from embedded.ksql.plan import steps
from embedded.ksql.plan.planner import Planned
from embedded.ksql.query import Stage
from embedded.ksql.types import Type


@dataclass(slots=True)
class RunningQuery:
    """A query with its stages: what `embedded.ksql.query.Query` promises."""

    id: str
    kind: Literal["PERSISTENT", "PUSH"]
    statement: str
    sink: Source | None
    source_topics: tuple[str, ...]
    internal_topics: tuple[TopicSpec, ...]
    stages: Sequence[Stage]
    columns: tuple[tuple[str, Type], ...]
    limit: int | None
    source_names: tuple[str, ...] = ()


def _partitions(root: steps.Step) -> int:
    """How many partitions the sources under a step have, at most; who only answers may have others."""
    found = [
        each.source.partitions if isinstance(each, steps.Read) else _partitions(each)
        for each in reads(root)
        if not isinstance(each, steps.ForeignKeyAnswer)
    ]
    return max(found, default=1)


def running(  # noqa: PLR0917 - what a query is made of
    query_id: str,
    statement: str,
    planned: Planned,
    root: steps.Step,
    sink: Source | None,
    limit: int | None,
    properties: Mapping[str, object],
) -> RunningQuery:
    """The stages of a planned query.

    Args:
        query_id: as ksqlDB would name it.
        statement: its text.
        planned: its steps and sources.
        root: a Write on top of the steps, or the steps themselves for a push query.
        sink: what it fills; None for a push query.
        limit: of a push query.
        properties: the engine's, among them `ksql.service.id`.
    """
    roots = list(split(root))
    service = str(properties.get("ksql.service.id", "default_"))
    prefix = f"_confluent-ksql-{service}{'query' if sink else 'transient'}_{query_id}"
    topics: dict[int, str] = {}
    specs: list[TopicSpec] = []
    for each in roots:
        if isinstance(each, steps.ForeignKeyAnswer):
            topics[id(each)] = base = f"{prefix}-ForeignKeyJoin"
            specs.append(TopicSpec(asking_topic(base), _partitions(each)))
            specs.append(TopicSpec(answers_topic(base), _partitions(root)))
        if not isinstance(each, steps.Repartition):
            continue
        name = f"{prefix}-{each.name}"
        taken = sum(known.startswith(name) for known in topics.values())
        topics[id(each)] = f"{name}{f'-{taken + 1}' if taken else ''}-repartition"
        specs.append(TopicSpec(topics[id(each)], _partitions(root)))
    stages = [
        RunningStage(f"{query_id}-{i}", query_id, each, topics, properties) for i, each in enumerate(roots)
    ]
    sources = tuple(dict.fromkeys(source.topic for source in planned.sources))
    columns = tuple((field.name, field.type) for field in (*root.schema.keys, *root.schema.values))
    if sink is None:
        columns = tuple((field.name, field.type) for field in root.schema.values)
    kind: Literal["PERSISTENT", "PUSH"] = "PERSISTENT" if sink else "PUSH"
    query = RunningQuery(
        query_id,
        kind,
        statement,
        sink,
        sources,
        tuple(specs),
        stages,
        columns,
        limit,
        tuple(source.name for source in planned.sources),
    )
    # A task of each stage is built once here: what cannot run is refused with its statement.
    for stage in stages:
        stage.task(0)
    return query
