"""Where the records that came out differ from those expected, by topic."""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from embedded.ksql.catalog import Source
from embedded.ksql.conformance import values
from embedded.ksql.conformance.records import shown
from embedded.ksql.record import Record

Item = Mapping[str, Any]


def _by_topic(
    expected: Iterable[Item], made: Iterable[Record], known: Mapping[str, Source]
) -> Iterator[tuple[str, list[Item], list[Item]]]:
    wanted: dict[str, list[Item]] = {}
    for item in expected:
        wanted.setdefault(item["topic"], []).append(item)
    got: dict[str, list[Item]] = {topic: [] for topic in wanted}
    for record in made:
        if record.topic in got:
            got[record.topic].append(shown(record, known.get(record.topic)))
    for topic, items in wanted.items():
        yield topic, items, got[topic]


def first_difference(expected: Iterable[Item], made: Iterable[Record], known: Mapping[str, Source]) -> str:
    """The first difference in words; empty when there is none. Order counts within a topic."""
    for topic, wanted, got in _by_topic(expected, made, known):
        for i, item in enumerate(wanted):
            if i >= len(got):
                return f"{topic}: {len(got)} records, expected {len(wanted)}; the next: {show(item)}"
            problem = _differs(item, got[i])
            if problem:
                return f"{topic}, record {i + 1}: {problem}"
        if len(got) > len(wanted):
            extra = show(got[len(wanted)])
            return f"{topic}: {len(got)} records, expected {len(wanted)}; the first too many: {extra}"
    return ""


def differences(expected: Iterable[Item], made: Iterable[Record], known: Mapping[str, Source]) -> list[str]:
    """The lines of a diff of every topic that differs: - what was expected, + what came out."""
    lines: list[str] = []
    for topic, wanted, got in _by_topic(expected, made, known):
        same = [not _differs(a, b) for a, b in zip(wanted, got, strict=False)]
        if all(same) and len(wanted) == len(got):
            continue
        lines += _diff(topic, wanted, got, same)
    return lines


def _diff(topic: str, wanted: Sequence[Item], got: Sequence[Item], same: Sequence[bool]) -> list[str]:
    theirs = [_line(item) for item in got]
    ours = [
        theirs[i] if i < len(same) and same[i] else _line(item, got[i] if i < len(got) else None)
        for i, item in enumerate(wanted)
    ]
    diff = difflib.unified_diff(
        ours, theirs, f"{topic}: {len(wanted)} expected", f"{topic}: {len(got)} came out", lineterm="", n=1
    )
    return list(diff)


def _line(item: Item, beside: Item | None = None) -> str:
    """A record on one line: what is not said of it is taken from the one beside it."""
    stamp = item.get("timestamp")
    if stamp is None and beside is not None:
        stamp = beside["timestamp"]
    parts = [str(stamp), show(item.get("key")), show(item.get("value"))]
    if item.get("window"):
        parts.insert(1, show(item["window"]))
    return "  ".join(parts)


def show(value: Any) -> str:
    """A value of a case as JSON."""
    return values.json_bytes(value).decode()


def _differs(wanted: Item, got: Item) -> str:
    for part in ("key", "value"):
        if not values.same(wanted.get(part), got[part]):
            return f"{part} {show(wanted.get(part))} expected, got {show(got[part])}"
    stamp = wanted.get("timestamp")
    if stamp is not None and int(stamp) != got["timestamp"]:
        return f"timestamp {stamp} expected, got {got['timestamp']}"
    if wanted.get("window") and not values.same_window(wanted["window"], got.get("window")):
        return f"window {show(wanted['window'])} expected, got {show(got.get('window'))}"
    if wanted.get("headers") and wanted["headers"] != got.get("headers"):
        return f"headers {show(wanted['headers'])} expected, got {show(got.get('headers'))}"
    return ""
