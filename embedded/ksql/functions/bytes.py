"""Functions of bytes, and of encodings."""

import base64
import binascii
import struct
from collections.abc import Callable
from typing import Final

from embedded.ksql.functions.registry import scalar
from embedded.ksql.functions.strings import LONGEST, start_index

_HEX_DIGITS: Final = frozenset("0123456789abcdefABCDEF")


def _from_hex(text: str) -> bytes:
    if text.startswith("0x"):
        text = ("0" if len(text) % 2 else "") + text[2:]
    elif text[:2] in {"x'", "X'"} and text[2:].endswith("'"):
        text = text[2:-1]
    if len(text) % 2 or not set(text) <= _HEX_DIGITS:
        raise ValueError("Odd number of characters or illegal hexadecimal character")
    return binascii.unhexlify(text)


def _ascii(data: bytes) -> str:
    return "".join(chr(byte) if byte < 128 else "\ufffd" for byte in data)  # noqa: PLR2004 - ASCII's limit


def _to_ascii(text: str) -> bytes:
    return text.encode("ascii", "replace")


_DECODE: Final[dict[str, Callable[[str], bytes]]] = {
    "hex": _from_hex,
    "utf8": str.encode,
    "ascii": _to_ascii,
    "base64": lambda text: base64.b64decode(text, validate=True),
}
_ENCODE: Final[dict[str, Callable[[bytes], str]]] = {
    "hex": lambda data: data.hex().upper(),
    "utf8": lambda data: data.decode("utf-8", "replace"),
    "ascii": _ascii,
    "base64": lambda data: base64.b64encode(data).decode(),
}


@scalar("TO_BYTES", "STRING, STRING -> BYTES")
def to_bytes(text: str | None, encoding: str | None) -> bytes | None:
    """Text in an encoding as bytes."""
    return None if text is None or encoding is None else _DECODE[encoding.lower()](text)


@scalar("FROM_BYTES", "BYTES, STRING -> STRING")
def from_bytes(data: bytes | None, encoding: str | None) -> str | None:
    """Bytes as text in an encoding."""
    return None if data is None or encoding is None else _ENCODE[encoding.lower()](data)


@scalar("ENCODE", "STRING, STRING, STRING -> STRING")
def encode(text: str | None, source: str | None, target: str | None) -> str | None:
    """Text from one encoding to another."""
    if text is None or source is None or target is None:
        return None
    if source.lower() == target.lower():
        raise ValueError("Supported input and output encodings are: hex, utf8, ascii and base64")
    decode = _decode_leniently if source.lower() == "base64" else _DECODE[source.lower()]
    data = text.encode() if source.lower() == "utf8" else decode(text)
    return data.hex() if target.lower() == "hex" else _ENCODE[target.lower()](data)


def _decode_leniently(text: str) -> bytes:
    """Commons Codec's Base64: characters outside the alphabet are skipped."""
    kept = "".join(c for c in text.replace("-", "+").replace("_", "/") if c.isalnum() or c in "+/").encode()
    kept = kept[: len(kept) - (len(kept) % 4 == 1)]
    return base64.b64decode(kept + b"=" * (-len(kept) % 4))


@scalar("LEN", "BYTES -> INTEGER", safe=True)
def length(data: bytes | None) -> int | None:
    """How many bytes there are."""
    return None if data is None else len(data)


@scalar("CONCAT", "BYTES... -> BYTES", safe=True)
def concat(*parts: bytes | None) -> bytes:
    """All parts that are not null, one after the other."""
    return b"".join(part for part in parts if part is not None)


@scalar("CONCAT_WS", "BYTES... -> BYTES")
def concat_ws(*parts: bytes | None) -> bytes | None:
    """All parts but the first that are not null, joined by the first."""
    if len(parts) < 2:  # noqa: PLR2004 - a separator and one part
        raise ValueError("Function Concat_WS expects at least two input arguments.")
    if parts[0] is None:
        return None
    return parts[0].join(part for part in parts[1:] if part is not None)


@scalar("SPLIT", "BYTES, BYTES -> ARRAY<BYTES>", safe=True)
def split(data: bytes | None, delimiter: bytes | None) -> list[bytes] | None:
    """The parts between delimiters; all bytes one by one when the delimiter is empty."""
    if data is None or delimiter is None:
        return None
    if not delimiter:
        return [bytes([byte]) for byte in data] or [b""]
    return data.split(delimiter)


@scalar("SUBSTRING", "BYTES, INTEGER -> BYTES", "BYTES, INTEGER, INTEGER -> BYTES", safe=True)
def substring(data: bytes | None, position: int | None, *length_: int | None) -> bytes | None:
    """The part from `position` (from 1, negative from the end) of at most `length` bytes."""
    if data is None or position is None or (length_ and length_[0] is None):
        return None
    start = start_index(len(data), position)
    if not length_:
        return data[start:]
    return data[start : max(min(start + (length_[0] or 0), len(data)), start)]


def _pad(data: bytes, length_: int, padding: bytes, *, left: bool) -> bytes:
    missing = max(length_ - len(data), 0)
    pad = (padding * (missing // len(padding) + 1))[:missing]
    return ((pad + data) if left else (data + pad))[:length_]


@scalar("LPAD", "BYTES, INTEGER, BYTES -> BYTES", safe=True)
def lpad(data: bytes | None, length_: int | None, padding: bytes | None) -> bytes | None:
    """Filled up or cut to so many bytes, at the left."""
    if data is None or not padding or length_ is None or not 0 <= length_ <= LONGEST:
        return None
    return _pad(data, length_, padding, left=True)


@scalar("RPAD", "BYTES, INTEGER, BYTES -> BYTES", safe=True)
def rpad(data: bytes | None, length_: int | None, padding: bytes | None) -> bytes | None:
    """Filled up or cut to so many bytes, at the right."""
    if data is None or not padding or length_ is None or not 0 <= length_ <= LONGEST:
        return None
    return _pad(data, length_, padding, left=False)


def _declare_number(name: str, kind: str, layout: str) -> None:
    @scalar(name, f"BYTES -> {kind}", f"BYTES, STRING -> {kind}")
    def number(data: bytes | None, order: str = "BIG_ENDIAN") -> float | None:
        """The number that bytes are, in an order of bytes."""
        if data is None:
            return None
        prefix = {"BIG_ENDIAN": ">", "LITTLE_ENDIAN": "<"}[order.upper()]
        found: float = struct.unpack(prefix + layout, data)[0]
        return found


_declare_number("INT_FROM_BYTES", "INTEGER", "i")
_declare_number("BIGINT_FROM_BYTES", "BIGINT", "q")
_declare_number("DOUBLE_FROM_BYTES", "DOUBLE", "d")
