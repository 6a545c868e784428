"""Keys and values as test cases write them, as bytes and back, by the formats of a topic's source."""

import base64
import json
from decimal import Decimal as Exact
from decimal import InvalidOperation
from typing import Any, Final, Self

from embedded.ksql.catalog import Format, Source, Window
from embedded.ksql.serde import formats, kafka
from embedded.ksql.types import Type

_NEAR: Final = 0.000_001
"""How far apart two doubles may be and still count as the same."""


class _Encoder(json.JSONEncoder):
    """JSON with decimals as they are written."""

    def iterencode(self, o: Any, _one_shot: bool = False) -> Any:
        return super().iterencode(_plain(o), _one_shot)


class _Number(float):
    """A decimal that JSON's encoder takes for a number and writes digit for digit."""

    def __new__(cls, exact: Exact) -> Self:
        """A number that is shown as `exact` is."""
        made = super().__new__(cls, exact)
        made.text = format(exact, "f") if abs(exact.adjusted()) < 30 else str(exact)  # noqa: PLR2004 - readable
        return made

    text: str

    def __repr__(self) -> str:
        return self.text


def _plain(value: Any) -> Any:
    if isinstance(value, Exact):
        return _Number(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def json_bytes(value: Any) -> bytes:
    """A value as JSON, decimals digit for digit."""
    return json.dumps(value, cls=_Encoder, ensure_ascii=False).encode()


def encode(value: Any, chosen: Format, columns: list[tuple[str, Type]]) -> bytes | None:  # noqa: PLR0911 - a branch for each case
    """A value of a test case as the bytes that a topic of that format holds."""
    if value is None:
        return None
    if chosen.name == "JSON":
        return json_bytes(value)
    if chosen.name == "DELIMITED":
        return str(value).encode()
    if chosen.name == "KAFKA" and columns:
        kind = columns[0][1]
        if isinstance(value, dict) and len(value) == 1:
            value = next(iter(value.values()))
        if kind.name == "BYTES":
            return base64.b64decode(value)
        if kind.name == "DOUBLE":
            return kafka.writer(kind)(float(value))
        if kind.name == "STRING":
            return (value if isinstance(value, str) else json_bytes(value).decode()).encode()
        return kafka.writer(kind)(int(value))
    return value.encode() if isinstance(value, str) else json_bytes(value)


def decode(data: bytes | None, chosen: Format, columns: list[tuple[str, Type]]) -> Any:
    """Bytes of a topic as a test case would write them."""
    if data is None:
        return None
    if chosen.name == "JSON":
        return json.loads(data, parse_float=Exact)
    if chosen.name == "DELIMITED":
        return data.decode()
    if chosen.name == "KAFKA" and columns:
        kind = columns[0][1]
        value = kafka.reader(kind)(data)
        return base64.b64encode(value).decode() if kind.name == "BYTES" else value
    return data.decode("utf-8", "replace")


def key_columns(source: Source) -> list[tuple[str, Type]]:
    """The key columns of a source as (name, type)."""
    return [(c.name, c.type) for c in source.key_columns]


def value_columns(source: Source) -> list[tuple[str, Type]]:
    """The value columns of a source as (name, type)."""
    return [(c.name, c.type) for c in source.value_columns]


def window_of(window: dict[str, Any]) -> tuple[Window, int, int]:
    """The window of a test case's record."""
    kind = str(window["type"]).upper()
    start, end = int(window["start"]), int(window["end"])
    if kind == "SESSION":
        return Window("SESSION"), start, end
    return Window("TUMBLING", end - start), start, end


def shown_window(window: Window, suffix: bytes) -> dict[str, Any]:
    """The window at the end of a key, as a test case would write it."""
    start, end = formats.window_bounds(window, suffix)
    return {"start": start, "end": end, "type": "session" if window.kind == "SESSION" else "time"}


def same_window(expected: dict[str, Any], actual: dict[str, Any] | None) -> bool:
    """Whether two windows are the same; TUMBLING and HOPPING are both windows of time."""
    if actual is None:
        return False
    session = str(expected.get("type", "time")).upper() == "SESSION"
    wanted = (int(expected["start"]), int(expected["end"]), session)
    return wanted == (actual["start"], actual["end"], actual["type"] == "session")


def key_bytes(record: dict[str, Any], source: Source | None) -> bytes | None:
    """The key of a test case's record as bytes, its window included."""
    key = record.get("key")
    if key is None:
        return None
    chosen = source.key_format if source else Format("KAFKA")
    plain = encode(key, chosen, key_columns(source) if source else [])
    if plain is not None and record.get("window"):
        window, start, end = window_of(record["window"])
        return plain + formats.window_suffix(window, start, end)
    return plain


def same(expected: Any, actual: Any) -> bool:
    """Whether two values are the same, as ksqlDB's own tests compare them.

    Numbers are compared by value, a name of a field may be written in either case, and a decimal may be
    written as text.
    """
    if isinstance(expected, bool) or isinstance(actual, bool):
        return expected is actual
    if isinstance(actual, int | float | Exact) and isinstance(expected, int | float | Exact | str):
        return _same_number(expected, actual)
    if isinstance(expected, dict) and isinstance(actual, dict):
        return len(expected) == len(actual) and all(
            same(value, _field(actual, name)) for name, value in expected.items()
        )
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    return bool(expected == actual)


def _field(row: dict[str, Any], name: str) -> Any:
    found = row.get(name)
    return row.get(name.upper()) if found is None else found


def _same_number(expected: Any, actual: Any) -> bool:
    try:
        a, b = Exact(str(expected)), Exact(str(actual))
    except InvalidOperation:
        return bool(expected == actual)
    near: bool = abs(float(a) - float(b)) < _NEAR
    return bool(a == b) or (near and isinstance(actual, float | Exact))
