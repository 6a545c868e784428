"""Stages of a query and the tasks that run them: what `embedded.ksql.query` promises."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from embedded.ksql.operators.build import Builder
from embedded.ksql.operators.context import Context
from embedded.ksql.operators.foreign_keys import answers_topic, asking_topic
from embedded.ksql.partition import partition_of
from embedded.ksql.plan import steps
from embedded.ksql.record import ANY_PARTITION, DeadLetter, Record
from embedded.ksql.serde.formats import window_bytes
from embedded.ksql.state import dumping
from embedded.ksql.state.held import State


def inputs(step: steps.Step) -> list[steps.Step]:
    """The steps directly under a step."""
    found = (getattr(step, each.name) for each in fields(step))
    return [each for each in found if isinstance(each, steps.Step)]


Origin = steps.Read | steps.Repartition | steps.ForeignKeyAnswer
"""Where a stage's rows come from: a source, or another stage of the query."""


def reads(step: steps.Step) -> list[Origin]:
    """Where the rows of the stage with this root come from, leftmost first."""
    found: list[Origin] = []
    for each in inputs(step):
        if isinstance(each, Origin):
            found.append(each)
        else:
            found += reads(each)
    return found


class RunningStage:
    """A sub-topology: its root step, and the topics that it reads and writes."""

    def __init__(
        self,
        stage_id: str,
        query_id: str,
        root: steps.Step,
        topics: Mapping[int, str],
        properties: Mapping[str, object],
    ) -> None:
        self.id = stage_id
        self._query_id = query_id
        self._root = root
        self._topics = topics
        self._properties = properties
        self._memo: dict[tuple[int, str], Any] = {}
        self._suffix = window_bytes(root.keys.window)
        below: list[Origin] = [root] if isinstance(root, steps.Read) else reads(root)
        asked = [topics[id(each)] for each in below if isinstance(each, steps.ForeignKeyAnswer)]
        names = [self._origin_topic(each) for each in below]
        written = [asking_topic(each) for each in asked]
        if isinstance(root, steps.Write):
            written.append(root.topic)
        elif isinstance(root, steps.Repartition):
            written.append(topics[id(root)])
        elif isinstance(root, steps.ForeignKeyAnswer):
            names.insert(0, asking_topic(topics[id(root)]))
            written.append(answers_topic(topics[id(root)]))
        self.source_topics = tuple(dict.fromkeys(names))
        self.output_topics = tuple(written)

    def _origin_topic(self, each: Origin) -> str:
        if isinstance(each, steps.Read):
            return each.source.topic
        topic = self._topics[id(each)]
        return answers_topic(topic) if isinstance(each, steps.ForeignKeyAnswer) else topic

    def task(self, partition: int) -> "RunningTask":
        """A new task with empty state."""
        return RunningTask(self, partition)

    def build(self, context: Context) -> Builder:
        """The handlers of a new task."""
        builder = Builder(context, self._topics, self._properties, self._memo)
        builder.root(self._root)
        return builder

    @property
    def query_id(self) -> str:
        """The id of the query that the stage is a part of."""
        return self._query_id

    def partition(self, record: Record, partitions: int) -> int:
        """The partition of an output record: by its key without the window; any when it has no key.

        An answer has its partition: it goes where the question came from, whoever partitioned that topic.
        """
        if record.partition != ANY_PARTITION:
            return record.partition
        key = record.key
        if key is None:
            return ANY_PARTITION
        return partition_of(key[: len(key) - self._suffix] if self._suffix else key, partitions)


def _ignore(_: DeadLetter) -> None:
    return None


class RunningTask:
    """One stage at work on one partition of each of its source topics."""

    def __init__(self, stage: RunningStage, partition: int) -> None:
        self.partition = partition
        self.on_dead_letter: Callable[[DeadLetter], None] = _ignore
        self._context = Context(stage.query_id, self._dead_letter)
        self._handlers = stage.build(self._context).handlers

    def _dead_letter(self, letter: DeadLetter) -> None:
        self.on_dead_letter(letter)

    @property
    def stream_time(self) -> int:
        """The highest event time seen so far in ms; -1 before the first record."""
        return self._context.stream_time

    def process(self, record: Record) -> list[Record]:
        """Takes one record of a source topic; returns what the stage puts out, in order."""
        context = self._context
        context.record = record
        outputs: list[Record] = []
        context.outputs = outputs
        for handler in self._handlers.get(record.topic, ()):
            try:
                handler(record)
            except (ArithmeticError, ValueError, TypeError, LookupError) as error:
                context.dead_letter(f"{type(error).__name__}: {error}")
        return outputs

    @property
    def states(self) -> Sequence[State]:
        """All that it holds."""
        return self._context.states

    def about(self) -> bytes:
        """The first piece of a snapshot."""
        return dumping.about(self._context.stream_time, self._context.states)

    def snapshot(self) -> Iterator[bytes]:
        """The whole state, in pieces."""
        yield self.about()
        yield from dumping.everything(self._context.states)

    def restore(self, piece: bytes) -> None:
        """Takes a piece of what `snapshot` of another task has given; nothing else may have been taken.

        Raises:
            DataError: it is not of a snapshot of this stage.
        """
        self._context.stream_time = dumping.restore(piece, self._context.states, self._context.stream_time)

    def state_rows(self) -> int:
        """How many rows the state holds."""
        return sum(state.rows() for state in self._context.states)


def split(root: steps.Step) -> Iterable[steps.Step]:
    """The roots of the stages of a query, in order of flow, each once."""
    for each in reads(root):
        if not isinstance(each, steps.Read):
            yield from split(each)
    yield root
