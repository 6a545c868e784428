"""Which offsets may be committed: those below the first record of a partition that is not yet settled."""

from collections import deque
from dataclasses import dataclass, field

Partition = tuple[str, int]


@dataclass
class _Progress:
    unsettled: deque[int] = field(default_factory=deque)
    settled: set[int] = field(default_factory=set)


class Offsets:
    """The records that were taken from each partition, in order, and those that are settled.

    Settled means: acknowledged by HEC, left out, or written to the dead letter queue.
    """

    def __init__(self) -> None:
        self._progress: dict[Partition, _Progress] = {}

    def taken(self, partition: Partition, offset: int) -> None:
        """A record was taken from the partition; offsets only grow."""
        self._progress.setdefault(partition, _Progress()).unsettled.append(offset)

    def settled(self, partition: Partition, offset: int) -> None:
        """A record needs no more care; one of a partition that was given up is ignored."""
        progress = self._progress.get(partition)
        if progress is not None:
            progress.settled.add(offset)

    def given_up(self, partition: Partition) -> None:
        """The partition now belongs to another task."""
        self._progress.pop(partition, None)

    def committable(self) -> dict[Partition, int]:
        """For each partition the offset to go on from, where it has moved since the last call."""
        moved: dict[Partition, int] = {}
        for partition, progress in self._progress.items():
            while progress.unsettled and progress.unsettled[0] in progress.settled:
                offset = progress.unsettled.popleft()
                progress.settled.discard(offset)
                moved[partition] = offset + 1
        return moved

    @property
    def unsettled_count(self) -> int:
        """How many records are on their way."""
        return sum(len(progress.unsettled) for progress in self._progress.values())
