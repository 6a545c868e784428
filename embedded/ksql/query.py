"""Persistent and transient queries as a runtime sees them: stages, and the tasks that run them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, Protocol

from embedded.ksql.catalog import Source, TopicSpec
from embedded.ksql.record import DeadLetter, Record
from embedded.ksql.state.held import State
from embedded.ksql.types import Type


class Task(Protocol):
    """One stage of a query at work on one partition of each of its source topics.

    Deterministic: the same records in the same order after the same snapshot give the same outputs and
    the same state. Not thread-safe. `on_dead_letter` is called for each record that could not be
    processed; processing goes on after it.
    """

    on_dead_letter: Callable[[DeadLetter], None]

    @property
    def stream_time(self) -> int:
        """The highest record timestamp seen so far in ms; -1 before the first record."""
        ...

    def process(self, record: Record) -> list[Record]:
        """Takes one record of a source topic; returns what the stage puts out, in order.

        Outputs have partition `ANY_PARTITION`: `Stage.partition` chooses. Their topics are the query's sink
        or internal topics of the query (`Stage.internal_topics`). Outputs of the last stage of a
        transient query have topic "" and a JSON array of the columns as their value.
        """
        ...

    @property
    def states(self) -> Sequence[State]:
        """All that it holds, in an order that is the stage's."""
        ...

    def about(self) -> bytes:
        """The first piece of a snapshot; `embedded.ksql.state.dumping` makes the others from `states`."""
        ...

    def snapshot(self) -> Iterator[bytes]:
        """The whole state in pieces, for `restore` of a task of the same stage (also in another process)."""
        ...

    def restore(self, piece: bytes) -> None:
        """Takes a piece of a `snapshot`, in order; the task is new.

        Raises:
            DataError: it is not of a snapshot of this stage.
        """
        ...

    def state_rows(self) -> int:
        """How many rows the state holds: a cheap sum of lengths, not a walk."""
        ...


class Stage(Protocol):
    """A sub-topology: a part of a query that runs without going through a topic.

    Source topics of one stage are co-partitioned: a task reads the same partition of each.
    """

    id: str
    source_topics: tuple[str, ...]
    output_topics: tuple[str, ...]

    def task(self, partition: int) -> Task:
        """A new task with empty state."""
        ...

    def partition(self, record: Record, partitions: int) -> int:
        """The partition of an output record in its topic; `ANY_PARTITION` when it has no key.

        Kafka's default partitioner; for windowed keys over the key without its window.
        """
        ...


class Query(Protocol):
    """A query that runs until it is terminated.

    `stages` are in order of flow. `internal_topics` are those of repartitions and foreign-key joins, to be
    made before the query starts; their names begin with `_confluent-ksql-<service id>query_<query id>-`.
    """

    id: str
    kind: Literal["PERSISTENT", "PUSH"]
    statement: str
    sink: Source | None
    source_topics: tuple[str, ...]
    internal_topics: tuple[TopicSpec, ...]
    stages: Sequence[Stage]
    columns: tuple[tuple[str, Type], ...]
    limit: int | None
