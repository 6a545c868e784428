"""What each serialisation format can hold."""

from collections.abc import Sequence
from typing import Final

from embedded.ksql.catalog import Format
from embedded.ksql.errors import InvalidError, UnsupportedError
from embedded.ksql.types import Array, Map, Struct, Type

_KAFKA: Final = frozenset({"INTEGER", "BIGINT", "DOUBLE", "STRING", "BYTES"})
_UNSUPPORTED: Final = frozenset({"AVRO", "PROTOBUF", "PROTOBUF_NOSR", "JSON_SR"})
KNOWN: Final = frozenset({"JSON", "KAFKA", "DELIMITED", "NONE"})


def known_format(name: str) -> str:
    """A format's name in upper case.

    Raises:
        UnsupportedError: ksqlDB has that format and this engine does not.
        InvalidError: there is no such format.
    """
    upper = name.upper()
    if upper in _UNSUPPORTED:
        raise UnsupportedError(f"the {upper} format is not supported", feature=upper)
    if upper not in KNOWN:
        raise InvalidError(f"Unknown format: {upper}")
    return upper


def has_map(kind: Type) -> bool:
    """Whether a type is a MAP or has one within."""
    if isinstance(kind, Map):
        return True
    if isinstance(kind, Array):
        return has_map(kind.item)
    return isinstance(kind, Struct) and any(has_map(inner) for _, inner in kind.fields)


def _has_other_keys(kind: Type) -> bool:
    """Whether a type has a MAP within whose keys are no text."""
    if isinstance(kind, Map):
        return kind.key.name != "STRING" or _has_other_keys(kind.value)
    if isinstance(kind, Array):
        return _has_other_keys(kind.item)
    return isinstance(kind, Struct) and any(_has_other_keys(inner) for _, inner in kind.fields)


def supports_key(chosen: Format, kind: Type) -> bool:
    """Whether a format holds a key column of that type."""
    if chosen.name == "KAFKA":
        return kind.name in _KAFKA
    if chosen.name == "DELIMITED":
        return not isinstance(kind, Array | Map | Struct)
    return chosen.name == "JSON"


def supports_keys(chosen: Format, count: int) -> bool:
    """Whether a format holds that many key columns."""
    return chosen.name in {"JSON", "DELIMITED"} or count == 1


def check(chosen: Format, columns: Sequence[tuple[str, Type]], *, key: bool) -> None:
    """Raises InvalidError unless `chosen` can hold these columns."""
    what = "Key" if key else "Value"
    reason = _reason(chosen, columns)
    if reason:
        shown = ", ".join(f"`{name}` {kind}{' KEY' if key else ''}" for name, kind in columns)
        raise InvalidError(
            f"{what} format does not support schema.\nformat: {chosen.name}\n"
            f"schema: Persistence{{columns=[{shown}], features=[]}}\nreason: {reason}"
        )


def _reason(chosen: Format, columns: Sequence[tuple[str, Type]]) -> str:
    shown = ", ".join(f"`{name}` {kind}" for name, kind in columns)
    if chosen.name == "NONE" and columns:
        return f"The 'NONE' format can only be used when no columns are defined. Got: [{shown}]"
    if chosen.name == "KAFKA":
        if len(columns) > 1:
            return f"The 'KAFKA' format only supports a single field. Got: [{shown}]"
        wrong = [kind for _, kind in columns if kind.name not in _KAFKA]
        if wrong:
            return f"The 'KAFKA' format does not support type '{wrong[0].name}'"
    if chosen.name == "JSON" and any(_has_other_keys(kind) for _, kind in columns):
        return "JSON only supports MAP types with STRING keys"
    if chosen.name == "DELIMITED":
        wrong = [kind for _, kind in columns if isinstance(kind, Array | Map | Struct)]
        if wrong:
            return f"The 'DELIMITED' format does not support type '{wrong[0].name}'"
    return ""


def check_keys(columns: Sequence[tuple[str, Type]]) -> None:
    """Raises InvalidError when a key column has a MAP in it."""
    for name, kind in columns:
        if has_map(kind):
            raise InvalidError(
                "Map keys, including types that contain maps, are not supported as they may lead to "
                f"unexpected behavior due to inconsistent serialization. Key column name: `{name}`. "
                f"Column type: {kind}."
            )
