"""Functions of text. Lengths and positions count UTF-16 units, as Java does."""

import hashlib
import re
import uuid
from typing import Final

from embedded.ksql.functions.registry import scalar

_WORD: Final = re.compile(r"[^ \t\n\r\f\v]+[ \t\n\r\f\v]*")
_TRIMMED: Final = "".join(map(chr, range(33)))
_MAX_CODE_POINT: Final = 0x10FFFF
_UUID_BYTES: Final = 16


def units(text: str) -> int:
    """The length of `text` in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@scalar("LEN", "STRING -> INTEGER", safe=True)
def length(text: str | None) -> int | None:
    """The length of a text."""
    return None if text is None else units(text)


@scalar("LCASE", "STRING -> STRING", safe=True)
def lcase(text: str | None) -> str | None:
    """In lower case."""
    return None if text is None else text.lower()


@scalar("UCASE", "STRING -> STRING", safe=True)
def ucase(text: str | None) -> str | None:
    """In upper case."""
    return None if text is None else text.upper()


@scalar("TRIM", "STRING -> STRING", safe=True)
def trim(text: str | None) -> str | None:
    """Without blanks and control characters at both ends."""
    return None if text is None else text.strip(_TRIMMED)


@scalar("INITCAP", "STRING -> STRING", safe=True)
def initcap(text: str | None) -> str | None:
    """Each word with a capital first letter and the rest in lower case."""
    if text is None:
        return None
    return "".join(part[:1].upper() + part[1:] for part in _WORD.findall(text.lower()))


def start_index(length: int, position: int) -> int:
    """Where a SUBSTRING begins, from 0."""
    return max(length + position, 0) if position < 0 else max(min(position - 1, length), 0)


@scalar("SUBSTRING", "STRING, INTEGER -> STRING", "STRING, INTEGER, INTEGER -> STRING", safe=True)
def substring(text: str | None, position: int | None, *length: int | None) -> str | None:
    """The part from `position` (from 1, negative from the end) of at most `length` characters."""
    if text is None or position is None or (length and length[0] is None):
        return None
    start = start_index(len(text), position)
    if not length:
        return text[start:]
    return text[start : max(min(start + (length[0] or 0), len(text)), start)]


@scalar("CONCAT", "STRING... -> STRING", safe=True)
def concat(*parts: str | None) -> str:
    """All parts that are not null, one after the other."""
    return "".join(part for part in parts if part is not None)


@scalar("CONCAT_WS", "STRING... -> STRING")
def concat_ws(*parts: str | None) -> str | None:
    """All parts but the first that are not null, joined by the first."""
    if len(parts) < 2:  # noqa: PLR2004 - a separator and one part
        raise ValueError("Function Concat_WS expects at least two input arguments.")
    separator = parts[0]
    if separator is None:
        return None
    return separator.join(part for part in parts[1:] if part is not None)


@scalar("REPLACE", "STRING, STRING, STRING -> STRING", safe=True)
def replace(text: str | None, old: str | None, new: str | None) -> str | None:
    """With every `old` replaced by `new`."""
    if text is None or old is None or new is None:
        return None
    return text.replace(old, new)


@scalar("SPLIT", "STRING, STRING -> ARRAY<STRING>", safe=True)
def split(text: str | None, delimiter: str | None) -> list[str] | None:
    """The parts between delimiters; all characters when the delimiter is empty."""
    if text is None or delimiter is None:
        return None
    if not delimiter:
        return list(text) or [""]
    return text.split(delimiter)


@scalar("SPLIT_TO_MAP", "STRING, STRING, STRING -> MAP<STRING, STRING>", safe=True)
def split_to_map(text: str | None, entry: str | None, pair: str | None) -> dict[str, str] | None:
    """A map from text such as `a=1,b=2`; the later of two equal keys counts."""
    if text is None or not entry or not pair or entry == pair:
        return None
    parts = (each.split(pair) for each in text.split(entry) if each and pair in each)
    return {part[0]: part[1] for part in parts}


def _ordinal(text: str, part: str, start: int, occurrence: int) -> int:
    found = start - 1
    if occurrence <= 0:
        return -1
    for _ in range(occurrence):
        found = text.find(part, found + 1)
        if found < 0:
            return -1
    return found - start


@scalar(
    "INSTR",
    "STRING, STRING -> INTEGER",
    "STRING, STRING, INTEGER -> INTEGER",
    "STRING, STRING, INTEGER, INTEGER -> INTEGER",
)
def instr(text: str | None, part: str | None, position: int = 1, occurrence: int = 1) -> int:
    """The position of the nth `part` at or after `position` (backwards when negative); 0 for none."""
    if text is None or part is None or abs(position) > len(text):
        return 0
    backwards = position < 0
    if backwards:
        text, part, position = text[::-1], part[::-1], -position
    start = max(position - 1, 0)
    found = _ordinal(text, part, start, occurrence)
    if found < 0:
        return 0
    return len(text) - position - found - len(part) + 2 if backwards else found + position


LONGEST: Final = 100_000_000
"""How long a padded text may be: no record could hold a longer one."""


def _padded(text: str, length: int, padding: str, *, left: bool) -> str:
    missing = max(length - len(text), 0)
    pad = (padding * (missing // len(padding) + 1))[:missing]
    return ((pad + text) if left else (text + pad))[:length]


@scalar("LPAD", "STRING, INTEGER, STRING -> STRING", safe=True)
def lpad(text: str | None, length: int | None, padding: str | None) -> str | None:
    """Filled up or cut to `length` characters, at the left."""
    if text is None or not padding or length is None or not 0 <= length <= LONGEST:
        return None
    return _padded(text, length, padding, left=True)


@scalar("RPAD", "STRING, INTEGER, STRING -> STRING", safe=True)
def rpad(text: str | None, length: int | None, padding: str | None) -> str | None:
    """Filled up or cut to `length` characters, at the right."""
    if text is None or not padding or length is None or not 0 <= length <= LONGEST:
        return None
    return _padded(text, length, padding, left=False)


@scalar("ELT", "INTEGER, STRING... -> STRING")
def elt(number: int, *texts: str | None) -> str | None:
    """The nth of the texts, from 1; null when there is none."""
    return texts[number - 1] if 1 <= number <= len(texts) else None


@scalar("FIELD", "STRING, STRING... -> INTEGER")
def field(text: str | None, *texts: str | None) -> int:
    """Which of the texts equals the first one, from 1; 0 for none."""
    return texts.index(text) + 1 if text is not None and text in texts else 0


@scalar("CHR", "INTEGER -> STRING")
def chr_number(code: int | None) -> str | None:
    """The character with this code point."""
    return chr(code) if code is not None and 0 <= code <= _MAX_CODE_POINT else None


@scalar("CHR", "STRING -> STRING")
def chr_text(code: str | None) -> str | None:
    r"""The character of an escape such as \u0041, or of a pair of them."""
    if code is None or not code.startswith("\\u") or not re.match(r"\\u[0-9a-fA-F]{4}", code):
        return None
    found = re.sub(r"\\u+([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), code)
    return found.encode("utf-16-le", "surrogatepass").decode("utf-16-le")


@scalar("MD5", "STRING -> STRING", safe=True)
def md5(text: str | None) -> str | None:
    """The MD5 of a text in hexadecimal."""
    return None if text is None else hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@scalar("UUID", " -> STRING")
def new_uuid() -> str:
    """A random UUID."""
    return str(uuid.uuid4())


@scalar("UUID", "BYTES -> STRING")
def uuid_of(value: bytes | None) -> str | None:
    """The UUID that 16 bytes are."""
    return None if value is None or len(value) != _UUID_BYTES else str(uuid.UUID(bytes=value))
