"""What the console knows: the latest revision of each of the newest connections, and what could not be read.

Every change gets the next version number, and connections are kept in the order of their last change. So a
page that says which version it has is sent what changed since, however long it was away, and nothing has to
be queued for it: what was revised twice in between is sent once.
"""

import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from console import row as rows
from console.conclusions import TABLES, Conclusions
from console.letters import Letter, letter
from infra import topics
from infra.observation.probe import UID_PREFIX


class Incoming(NamedTuple):
    """A record as it came out of a topic; a value of None takes back what its key had before."""

    topic: str
    key: bytes
    value: bytes | None
    timestamp_ms: int


class Held(NamedTuple):
    """A connection: its version, its row and its event as JSON; both are None when it was taken back."""

    version: int
    row: bytes | None
    event: bytes | None


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What changed since a version, oldest first. What has a version below `floor` is held no more."""

    version: int
    floor: int
    rows: list[bytes]
    gone: list[str]
    is_all: bool


class State:
    """The latest of everything, for any thread to read while one feeds it."""

    def __init__(self, *, keep: int, keep_dead_letters: int) -> None:
        self._keep = keep
        self._lock = threading.Lock()
        self._version = 0
        self._held: OrderedDict[str, Held] = OrderedDict()
        self._zeek: OrderedDict[tuple[str, float], bytes] = OrderedDict()
        self._detections: OrderedDict[bytes, tuple[str, str]] = OrderedDict()
        self._detected: dict[str, dict[bytes, str]] = {}
        self._letters: deque[Letter] = deque(maxlen=keep_dead_letters)
        self.conclusions = Conclusions()
        self.read: Counter[str] = Counter()
        """Records read, by topic."""
        self.dropped = 0
        """Connections that had to go for newer ones."""
        self.unreadable: Counter[str] = Counter()
        """Records that no sense could be made of, by topic."""
        self._take: dict[str, Callable[[Incoming], None]] = {
            topics.ZEEK_CONN: self._take_zeek,
            topics.ENRICHED: self._take_enriched,
            topics.UNATTRIBUTED: self._take_unattributed,
            topics.DETECTIONS: self._take_detection,
            topics.DEAD_LETTERS: self._take_letter,
            **dict.fromkeys(TABLES, self._take_conclusion),
        }

    @property
    def topics(self) -> tuple[str, ...]:
        """What it has to be fed with."""
        return tuple(self._take)

    @property
    def held(self) -> int:
        """How many connections there are now, those included that were taken back of late."""
        return len(self._held)

    def take(self, records: Iterable[Incoming]) -> None:
        """Fold records in. One that no sense can be made of is counted as unreadable."""
        with self._lock:
            for record in records:
                self.read[record.topic] += 1
                try:
                    self._take[record.topic](record)
                except (ValueError, KeyError, TypeError, AttributeError):
                    self.unreadable[record.topic] += 1

    def changes(self, since: int, limit: int) -> Changes:
        """What changed after version `since`, `limit` of it at most."""
        with self._lock:
            found = []
            for key, held in reversed(self._held.items()):
                if held.version <= since:
                    break
                found.append((key, held))
            found.reverse()
            first = next(iter(self._held.values()), None)
            floor = first.version if first is not None else self._version + 1
            latest = self._version
        part = found[:limit]
        return Changes(
            version=part[-1][1].version if len(part) < len(found) else latest,
            floor=floor,
            rows=[held.row for _, held in part if held.row is not None],
            gone=[key for key, held in part if held.row is None],
            is_all=len(part) == len(found),
        )

    def detail(self, key: str) -> dict[str, Any] | None:
        """One connection, whole: as Zeek wrote it (None where that is not held), and as the lab has it."""
        with self._lock:
            held = self._held.get(key)
            if held is None or held.row is None or held.event is None:
                return None
            event = orjson.loads(held.event)
            plain = self._zeek.get((event["uid"], event["ts"]))
            return {
                "key": key,
                "row": orjson.loads(held.row),
                "event": event,
                "zeek": orjson.loads(plain) if plain is not None else None,
            }

    def letters(self) -> list[Letter]:
        """The latest dead letters, the newest first."""
        with self._lock:
            return list(reversed(self._letters))

    def _take_zeek(self, record: Incoming) -> None:
        if record.value is None:
            return
        told = orjson.loads(record.value)
        if told["uid"].startswith(UID_PREFIX):
            return
        place = told["uid"], told["ts"]  # a recording that is replayed again has the same uids at other times
        self._zeek[place] = record.value
        self._zeek.move_to_end(place)
        while len(self._zeek) > self._keep:
            self._zeek.popitem(last=False)

    def _take_enriched(self, record: Incoming) -> None:
        if record.value is None:
            self._withdraw(_id(record.key))
            return
        event = orjson.loads(record.value)
        self._put(str(event["EVENT_ID"]), rows.ATTRIBUTED, event, record.value)

    def _take_unattributed(self, record: Incoming) -> None:
        key = f"{_id(record.key)}:{rows.UNATTRIBUTED}"
        if record.value is None:
            self._withdraw(key)
            return
        self._put(key, rows.UNATTRIBUTED, orjson.loads(record.value), record.value)

    def _take_detection(self, record: Incoming) -> None:
        before = self._detections.pop(record.key, None)
        touched = set()
        if before is not None:
            touched.add(before[0])
            self._undetect(record.key, before[0])
        if record.value is not None:
            told = orjson.loads(record.value)
            event_id, name = str(told["EVENT_ID"]), str(told.get("DETECTION"))
            self._detections[record.key] = (event_id, name)
            self._detected.setdefault(event_id, {})[record.key] = name
            touched.add(event_id)
            if len(self._detections) > self._keep:
                oldest, (about, _) = self._detections.popitem(last=False)
                self._undetect(oldest, about)
        for key in touched:
            held = self._held.get(key)
            if held is not None and held.event is not None:
                self._put(key, rows.ATTRIBUTED, orjson.loads(held.event), held.event)

    def _take_letter(self, record: Incoming) -> None:
        if record.value is not None:
            self._letters.append(letter(record.value, record.timestamp_ms))

    def _take_conclusion(self, record: Incoming) -> None:
        self.conclusions.take(record.topic, record.key, record.value)

    def _undetect(self, key: bytes, event_id: str) -> None:
        names = self._detected.get(event_id, {})
        names.pop(key, None)
        if not names:
            self._detected.pop(event_id, None)

    def _put(self, key: str, kind: str, event: dict[str, Any], source: bytes) -> None:
        if str(event.get("uid")).startswith(UID_PREFIX):
            return  # a probe of the lab's own, which is no result
        detections = sorted(set(self._detected.get(key, {}).values()))
        encoded = orjson.dumps(rows.row(key, self._version + 1, kind, event, detections))
        # a copy, as orjson's own result keeps the kilobytes that it was written into
        self._hold(key, bytes(memoryview(encoded)), source)

    def _withdraw(self, key: str) -> None:
        if key in self._held:
            self._hold(key, None, None)

    def _hold(self, key: str, row: bytes | None, event: bytes | None) -> None:
        self._version += 1
        self._held[key] = Held(self._version, row, event)
        self._held.move_to_end(key)
        while len(self._held) > self._keep:
            _, oldest = self._held.popitem(last=False)
            self.dropped += oldest.row is not None


def _id(key: bytes) -> str:
    """The id in the key of a windowed table: after it come eight bytes, the window's beginning."""
    return key[:-8].decode()
