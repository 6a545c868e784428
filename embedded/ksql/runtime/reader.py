"""A stage at work on one partition, and how far it has come."""

import re
from dataclasses import dataclass, field
from typing import Final

from embedded.ksql.query import Query, Stage, Task
from embedded.ksql.runtime.cluster import Input

_BROKER_COLUMNS: Final = re.compile(r"\b(ROWOFFSET|ROWPARTITION)\b", re.IGNORECASE)


def stage_key(query_id: str, stage: Stage) -> str:
    """The name of a stage among all stages of the application."""
    return f"{query_id}/{stage.id}"


@dataclass(slots=True)
class Reader:
    """One stage's task on one partition.

    Args:
        query: the query that the stage belongs to.
        stage: the stage.
        partition: the partition of each of its source topics that it reads.
        task: its state.
        positions: the next offset to be read, for topics that are read from Kafka.
        attached: topics whose records are handed on within the instance, without Kafka in between.

    `key` is the stage's name among all stages of the application; `needs_offsets` tells whether the query
    asks for offsets, which a record gets from the broker only.
    """

    query: Query
    stage: Stage
    partition: int
    task: Task
    positions: dict[str, int] = field(default_factory=dict)
    attached: set[str] = field(default_factory=set)
    key: str = field(init=False)
    needs_offsets: bool = field(init=False)

    def __post_init__(self) -> None:
        self.key = stage_key(self.query.id, self.stage)
        self.needs_offsets = _BROKER_COLUMNS.search(self.query.statement) is not None

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The partitions that it reads."""
        return tuple((topic, self.partition) for topic in self.stage.source_topics)
