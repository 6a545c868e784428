"""Reads the lines of a file into records; what cannot be read becomes a dead letter."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import TypeAlias

import orjson

from embedded.shipper import osquery, winlogbeat, zeek
from embedded.shipper.holdings import Content, Holding, opened
from embedded.shipper.record import DeadLetter, Record, UnreadableError
from embedded.shipper.zeek_tsv import Layout


@dataclass(frozen=True)
class Ignored:
    """A readable event that the lab has no use for; `what` says which kind."""

    what: str


Outcome: TypeAlias = Record | DeadLetter | Ignored


def outcomes(holding: Holding) -> Iterator[Outcome]:
    """What each line of a file of lines became."""
    log = PurePath(holding.name).name.partition(".")[0]
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
    with opened(holding.path) as file:
        for number, raw in enumerate(file, start=1):
            line = raw.rstrip(b"\r\n")
            if not line:
                continue
            try:
                yield from read(line)
            except (UnreadableError, UnicodeDecodeError, orjson.JSONDecodeError) as error:
                yield DeadLetter(holding.name, number, str(error), line)


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
