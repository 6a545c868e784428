"""Enriched events as lines of a table that never ends."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from cli.view.plain import plain

_COLUMNS: Final = (("time", 23), ("host", 22), ("process", 28), ("connection", 0))


WIDE: Final = 120
"""Columns from which on an event fits on one line."""


def heading(width: int = WIDE) -> str:
    """The names of the columns, spaced as the lines are on a screen of `width` columns."""
    return _spaced([name for name, _ in _COLUMNS], width)


def line(event: Mapping[str, Any], width: int = WIDE) -> str:
    """One event: when, where, which process, and which connection, which a narrow screen has below."""
    moment = datetime.fromtimestamp(float(event["ts"]), tz=UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
    ends = f"{_end(event, 'orig')} -> {_end(event, 'resp')} {event.get('proto')} {event.get('service') or ''}"
    told = (moment, str(event.get("HOSTNAME")), _process(event), ends.rstrip())
    return _spaced([plain(text) for text in told], width)


def _spaced(texts: Sequence[str], width: int) -> str:
    cells = [f"{text:<{wide}}" for text, (_, wide) in zip(texts, _COLUMNS, strict=True)]
    if width >= WIDE:
        return "  ".join(cells)
    return "  ".join(cells[:-1]).rstrip() + f"\n    {cells[-1]}"


def _process(event: Mapping[str, Any]) -> str:
    """The process; all of those that share the socket, where it cannot be told which of them it was."""
    if (event.get("PROCESS_COUNT") or 1) > 1:
        return " or ".join(_file(name) for name in event.get("PROCESS_NAMES") or ["several"])
    name = _file(event.get("PROCESS_NAME") or "not known")
    return f"{name} ({event['PROCESS_ID']})" if event.get("PROCESS_ID") is not None else name


def _file(image: str) -> str:
    return image.rpartition("\\")[2]


def _end(event: Mapping[str, Any], side: str) -> str:
    address, port = event.get(f"id.{side}_h"), event.get(f"id.{side}_p")
    return f"[{address}]:{port}" if ":" in str(address) else f"{address}:{port}"
