"""A recording as a whole: every record of its files, its hosts' clocks put right."""

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from embedded.shipper import capture, clocks, collecting, zeek
from embedded.shipper.clocks import Offset
from embedded.shipper.errors import RecordingError
from embedded.shipper.holdings import Content, Holding, find
from embedded.shipper.reading import Ignored, Outcome, outcomes
from embedded.shipper.record import DeadLetter, Record, Role, UnreadableError
from infra import topics

Told = Callable[[str], None]
"""Takes a line about what is being done, for whoever watches."""


@dataclass(frozen=True, kw_only=True)
class Recording:
    """What was read, in no particular order. Times are still each machine's own."""

    records: list[Record]
    dead_letters: list[DeadLetter]
    ignored: Counter[str]
    """Readable events of no use here, by kind."""
    left_out: list[str]
    """Files that were not read, each with the reason."""
    offsets: dict[str, Offset]
    """Each host's clock minus the sensor's, by `clocks.host_of` of its name."""

    def clock_by_name(self) -> dict[str, float | None]:
        """The offset of each host with endpoint events, in seconds, by the names that its agents give it."""
        named = sorted({record.key for record in self.records if record.role is Role.ENDPOINT})
        return {name: self.offsets[clocks.host_of(name)].seconds for name in named}

    def correction(self, record: Record) -> float:
        """Seconds to add to the record's times, so that they are the sensor's."""
        if record.topic.startswith(topics.zeek("")):
            return 0.0
        offset = self.offsets.get(clocks.host_of(record.key))
        return -offset.seconds if offset is not None and offset.seconds is not None else 0.0


@collecting.held_back()
def load(paths: Sequence[Path], tell: Told = lambda _: None) -> Recording:
    """Read everything beneath the paths and measure the clocks.

    Where a Zeek conn log is there, it is what says which connections there were, and captures are left out:
    Zeek and the cutter of captures would name one connection twice.

    Raises:
        RecordingError: something cannot be read, or there is nothing to read.
    """
    with tempfile.TemporaryDirectory(prefix="lab-replay-") as folder:
        holdings, others = find(paths, Path(folder))
        left_out = [f"{name}: neither a log nor a capture" for name in others]
        read: list[Outcome] = []
        captures = [holding for holding in holdings if holding.content is Content.CAPTURE]
        for holding in holdings:
            if holding.content is not Content.CAPTURE:
                tell(f"reading {holding.name}")
                read.extend(outcomes(holding))
        if any(isinstance(outcome, Record) and outcome.role is Role.FLOW for outcome in read):
            left_out += [f"{holding.name}: the connections are in Zeek's conn log" for holding in captures]
        else:
            for holding in captures:
                tell(f"cutting {holding.name} into connections")
                read.extend(_of_capture(holding, Path(tempfile.mkdtemp(dir=folder))))
    records = [outcome for outcome in read if isinstance(outcome, Record)]
    if not records:
        raise RecordingError(
            "the recording holds no record that can be shipped", "See that its lines are whole."
        )
    return Recording(
        records=records,
        dead_letters=[outcome for outcome in read if isinstance(outcome, DeadLetter)],
        ignored=Counter(outcome.what for outcome in read if isinstance(outcome, Ignored)),
        left_out=left_out,
        offsets=clocks.measure(records),
    )


def _of_capture(holding: Holding, folder: Path) -> Iterable[Outcome]:
    sensor = capture.sensor_of(holding.name)
    logs = capture.zeek_logs(holding.path, holding.name, folder)
    if logs is not None:
        for log in logs:
            for outcome in outcomes(Holding(path=log, name=log.name, content=Content.JSON_LINES)):
                yield outcome._replace(key=sensor) if isinstance(outcome, Record) else outcome
        return
    for number, event in enumerate(capture.connections(holding.path, holding.name), start=1):
        try:
            yield zeek.record(event, b"", log=zeek.CONN, sensor=sensor, made=True)
        except UnreadableError as error:
            yield DeadLetter(holding.name, number, str(error), orjson.dumps(event))
