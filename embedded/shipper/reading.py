"""Reads the lines of a file into records; what cannot be read becomes a dead letter."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final, TypeAlias

import orjson

from embedded.shipper import osquery, winlogbeat, zeek
from embedded.shipper.holdings import BROKEN, Content, Holding, opened
from embedded.shipper.record import DeadLetter, Record, UnreadableError
from embedded.shipper.zeek_tsv import Layout


@dataclass(frozen=True)
class Ignored:
    """A readable event that the lab has no use for; `what` says which kind."""

    what: str


Outcome: TypeAlias = Record | DeadLetter | Ignored

_STREAM: Final = re.compile(r"[A-Za-z0-9_]+")
"""Zeek's name for a log stream, with which its file's name begins: `conn.2026-01-02.log`, `conn (1).log`."""
_TOPIC: Final = re.compile(r"[A-Za-z0-9._-]{1,249}")
"""What Kafka takes as the name of a topic (its class org.apache.kafka.common.internals.Topic)."""
_LARGEST: Final = 900_000
"""Bytes: Kafka takes no more than 1 MB at once (its documentation, `message.max.bytes`)."""
_EARLIEST: Final = 631_152_000.0
_LATEST: Final = 4_102_444_800.0
"""1990 and 2100. A recording is moved as a whole: one line of 1970, of a clock that was not set or of
milliseconds taken for seconds, would stretch it over decades."""


def outcomes(holding: Holding) -> Iterator[Outcome]:
    """What each line of a file of lines became, and a dead letter for what could not be read after them."""
    named = _STREAM.match(PurePath(holding.name).name)
    log = named[0] if named else "unnamed"
    layout = Layout()

    def from_tsv(line: bytes) -> Iterator[Outcome]:
        text = line.decode()
        if text.startswith("#"):
            layout.take_header(text)
            return
        yield zeek.record(layout.event(text), b"", log=layout.path or log, sensor=zeek.SENSOR, made=True)

    def from_json(line: bytes) -> Iterator[Outcome]:
        return _of_json(line, log)

    read: Callable[[bytes], Iterator[Outcome]] = (
        from_tsv if holding.content is Content.ZEEK_TSV else from_json
    )
    number = 0
    try:
        with opened(holding.path) as file:
            for number, raw in enumerate(file, start=1):
                line = raw.rstrip(b"\r\n")
                if not line.strip():
                    continue
                try:
                    yield from map(_checked, read(line))
                except (UnreadableError, UnicodeDecodeError, orjson.JSONDecodeError) as error:
                    yield DeadLetter(holding.name, number, str(error), line)
    except BROKEN as error:
        yield DeadLetter(holding.name, number + 1, f"the rest of the file cannot be read: {error}", b"")


def _checked(outcome: Outcome) -> Outcome:
    """The outcome, where Kafka can take it and event time can hold it.

    Raises:
        UnreadableError: it cannot.
    """
    if isinstance(outcome, Record):
        if not _TOPIC.fullmatch(outcome.topic):
            raise UnreadableError(f"{outcome.topic[:80]!r} cannot be the name of a topic")
        if len(outcome.line) > _LARGEST:
            raise UnreadableError(f"{len(outcome.line)} bytes; Kafka takes {_LARGEST} in one record")
        if not _EARLIEST <= outcome.time <= outcome.arrival <= _LATEST:
            raise UnreadableError(
                f"its time, {outcome.time} to {outcome.arrival} s since 1970, is not between 1990 and 2100"
            )
    return outcome


def _of_json(line: bytes, log: str) -> Iterator[Outcome]:
    event = orjson.loads(line)
    if not isinstance(event, dict):
        raise UnreadableError("not a JSON object")
    if winlogbeat.looks_like(event):
        channel = winlogbeat.channel_of(event)
        yield winlogbeat.record(event, line) if channel == winlogbeat.SYSMON else Ignored(channel)
    elif osquery.looks_like(event):
        yield from osquery.records(event, line)
    elif zeek.looks_like(event):
        yield zeek.record(event, line, log=log, sensor=zeek.SENSOR)
    else:
        raise UnreadableError("neither a Zeek log line, nor a Windows event, nor an Osquery result")
