"""Functions of JSON text."""

import json
from collections.abc import Callable
from decimal import Decimal as Exact
from functools import lru_cache
from typing import Any, Final

from embedded.ksql import types
from embedded.ksql.expressions.arithmetic import double_text, plain
from embedded.ksql.functions.registry import scalar
from embedded.ksql.functions.writing import writer


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_DECODER: Final = json.JSONDecoder(parse_float=Exact, parse_constant=_refuse)
_MISSING: Final = object()


def parse(text: str) -> Any:
    """A JSON document, floats exact, what follows it ignored; `_MISSING` for blank text.

    Raises:
        ValueError: it is not JSON.
    """
    bare = text.lstrip(" \t\r\n")
    if not bare:
        return _MISSING
    value, end = _DECODER.raw_decode(bare)
    number = isinstance(value, int | Exact) and not isinstance(value, bool)
    if number and bare[end : end + 1].strip(" \t\r\n"):
        raise ValueError(f"unexpected {bare[end]!r} after {bare[:end]}")
    return value


def write(value: Any, number: Callable[[Exact], str] = str) -> str:
    """A JSON document as Jackson writes it: no blanks; `number` writes decimals."""
    if isinstance(value, dict):
        return (
            "{"
            + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{write(v, number)}" for k, v in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(write(item, number) for item in value) + "]"
    if isinstance(value, Exact):
        return number(value)
    if isinstance(value, float):
        return double_text(value)
    return json.dumps(value, ensure_ascii=False)


@lru_cache(maxsize=512)
def path_tokens(path: str) -> tuple[str, ...]:
    """The steps of a JSON path such as `$.a[0]['b']`.

    Raises:
        ValueError: it is none.
    """
    if not path.startswith("$"):
        raise ValueError(f"Invalid JSON path: '{path}'")
    tokens: list[str] = []
    at = 1
    while at < len(path):
        if path[at] == "." or (path[at] == "[" and path[at + 1 : at + 2] != '"'):
            extra = ":@_" if path[at] == "." else "_"
            end = at + 1
            while end < len(path) and (path[end].isalnum() or path[end] in extra):
                end += 1
            token, closed = path[at + 1 : end], path[at] == "."
            if not token or (not closed and path[end : end + 1] != "]"):
                raise ValueError(f"Invalid JSON path: '{path}'")
            at = end if closed else end + 1
        elif path.startswith('["', at):
            token, at = _quoted(path, at + 2)
        else:
            raise ValueError(f"Invalid JSON path: '{path}'")
        tokens.append(token)
    return tuple(tokens)


def _quoted(path: str, at: int) -> tuple[str, int]:
    out: list[str] = []
    while at < len(path) and path[at] != '"':
        if path[at] == "\\":
            at += 1
            if path[at : at + 1] not in {'"', "\\"}:
                raise ValueError(f"Invalid JSON path: '{path}'")
        out.append(path[at])
        at += 1
    if not path.startswith('"]', at):
        raise ValueError(f"Invalid JSON path: '{path}'")
    return "".join(out), at + 2


@scalar("EXTRACTJSONFIELD", "STRING, STRING -> STRING")
@lru_cache(maxsize=1024)
def extract_json_field(text: str | None, path: str | None) -> str | None:
    """The value at a path, text without its quotes; null when there is none. One text is asked for often."""
    if text is None or path is None:
        return None
    tokens = path_tokens(path)
    node = parse(text)
    for token in tokens:
        if isinstance(node, list):
            digits = token[1:] if token[:1] in {"-", "+"} else token
            if not digits.isdecimal() or not 0 <= int(token) < len(node):
                return None
            node = node[int(token)]
        elif isinstance(node, dict) and token in node:
            node = node[token]
        else:
            return None
    if node is _MISSING:
        return ""
    return node if isinstance(node, str) else write(node)


@scalar("IS_JSON_STRING", "STRING -> BOOLEAN", safe=True)
def is_json_string(text: str | None) -> bool:
    """Whether a text is JSON."""
    try:
        return text is not None and parse(text) is not _MISSING
    except ValueError:
        return False


@scalar("JSON_ARRAY_LENGTH", "STRING -> INTEGER")
def json_array_length(text: str | None) -> int | None:
    """How many items a JSON array has; null for other JSON."""
    node = None if text is None else parse(text)
    return len(node) if isinstance(node, list) else None


@scalar("JSON_KEYS", "STRING -> ARRAY<STRING>")
def json_keys(text: str | None) -> list[str] | None:
    """The names in a JSON object; null for other JSON."""
    node = None if text is None else parse(text)
    return list(node) if isinstance(node, dict) else None


@scalar("JSON_RECORDS", "STRING -> MAP<STRING, STRING>")
def json_records(text: str | None) -> dict[str, str] | None:
    """A JSON object as a map to the text of its values; null for other JSON."""
    node = None if text is None else parse(text)
    if not isinstance(node, dict):
        return None
    return {key: value if isinstance(value, str) else write(value) for key, value in node.items()}


@scalar("JSON_ITEMS", "STRING -> ARRAY<STRING>")
def json_items(text: str | None) -> list[str] | None:
    """The items of a JSON array as JSON."""
    if text is None:
        return None
    node = parse(text)
    if not isinstance(node, list):
        raise TypeError(f"Invalid JSON format: {text}")
    return [write(item) for item in node]


@scalar("JSON_CONCAT", "STRING... -> STRING")
def json_concat(*texts: str | None) -> str | None:
    """JSON objects merged into one, or else arrays (others as arrays of one) put together."""
    if any(text is None for text in texts):
        return None
    nodes = [parse(text) for text in texts if text is not None]
    if any(node is _MISSING for node in nodes):
        return None
    if len(nodes) == 1:
        return write(nodes[0], plain)
    if all(isinstance(node, dict) for node in nodes):
        return write({key: value for node in nodes for key, value in node.items()}, plain)
    return write([item for node in nodes for item in (node if isinstance(node, list) else [node])], plain)


_CONTAINED: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "BOOLEAN": lambda item, value: item is value,
    "INTEGER": lambda item, value: type(item) is int and item == value,
    "BIGINT": lambda item, value: type(item) is int and item == value,
    "DOUBLE": lambda item, value: isinstance(item, Exact) and float(item) == value,
    "STRING": lambda item, value: isinstance(item, str) and item == value,
}


def _declare_contains(kind: str) -> None:
    same = _CONTAINED[kind]

    @scalar("JSON_ARRAY_CONTAINS", f"STRING, {kind} -> BOOLEAN")
    def contains(text: str, value: Any) -> bool:
        """Whether a JSON array has an item that equals the value."""
        try:
            node = parse(text)
        except ValueError:
            return False
        if not isinstance(node, list):
            return False
        return any(item is None if value is None else same(item, value) for item in node)


for each in _CONTAINED:
    _declare_contains(each)


@scalar("TO_JSON_STRING", "T -> STRING", typed=lambda kinds: writer(kinds[0] or types.STRING), safe=True)
def to_json_string(value: Any) -> str:
    """A value as JSON text; `typed` puts the writer of its type in the place of this one."""
    return write(value)
