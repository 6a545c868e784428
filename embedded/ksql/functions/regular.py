"""Functions of regular expressions: Java's syntax, translated to Python's."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from embedded.ksql.errors import UnsupportedError
from embedded.ksql.functions.registry import scalar

_DOT: Final = r"[^\n\r\x85\u2028\u2029]"
_BREAK: Final = r"\r\n|(?<!\r)\n|[\r\x85\u2028\u2029]"
"""What ends a line (java.util.regex.Pattern, "Line terminators"): Python's `re` knows the line feed alone."""
_AT_END: Final = rf"(?=(?:{_BREAK})?\Z)"
_LINE_BEGINS: Final = r"(?:(?:\A|(?<=[\n\x85\u2028\u2029])|(?<=\r)(?!\n))(?!\Z))"
_LINE_ENDS: Final = rf"(?={_BREAK}|\Z)"
_FLAGS: Final = re.compile(r"\(\?([a-zA-Z]+)\)")
"""Flags at the beginning. Python refuses them elsewhere."""
_FLAGS_OF_A_PART: Final = re.compile(r"\(\?[a-zA-Z]*(-[a-zA-Z]*)?:")
_REPETITION: Final = re.compile(r"\{\d+(,\d*)?\}")
_ESCAPES: Final = frozenset("\\dDsSwWbBAtnrfvxu0123456789.[]{}()*+-?^$|/'\"`~!@#%&=:;<>, _e")
_REWRITTEN: Final = {
    "z": r"\Z",
    "h": r"[ \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000]",
    "R": r"(?:\r\n|[\n\x0b\f\r\x85\u2028\u2029])",
    "Z": _AT_END,
    "e": r"\x1b",
    "/": "/",
    "v": r"[\n\x0b\f\r\x85\u2028\u2029]",
}
_POSIX: Final = {
    "Alpha": "a-zA-Z",
    "Digit": "0-9",
    "Alnum": "a-zA-Z0-9",
    "Upper": "A-Z",
    "Lower": "a-z",
    "Punct": r"!-/:-@\[-`{-~",
    "XDigit": "0-9a-fA-F",
    "Space": r" \t\n\x0b\f\r",
    "Blank": r" \t",
}


@lru_cache(maxsize=1024)
def java_pattern(text: str) -> re.Pattern[str]:
    """A Java regular expression compiled for Python.

    Raises:
        UnsupportedError: it uses what Python's `re` has not (class intersection, some properties), or flags
            that mean something else to it.
        re.error: it is wrong.
    """
    out: list[str] = []
    at, in_class = 0, False
    rewritten = _for_flags(text)
    while at < len(text):
        char = text[at]
        if char == "\\":
            if text.startswith("\\Q", at):
                end = text.find("\\E", at)
                end = len(text) if end < 0 else end
                out.append(re.escape(text[at + 2 : end]))
                at = end + 2
                continue
            part, at = _escape(text, at, in_class=in_class)
            out.append(part)
            continue
        if in_class:
            if char == "[" or text.startswith("&&", at):
                raise UnsupportedError(
                    f"nested character classes in the regular expression {text!r} are not supported",
                    feature="regular expression",
                )
            in_class = char != "]" or out[-1] in {"[", "[^"}
            out.append(char)
        elif char == "[":
            in_class = True
            out.append("[^" if text.startswith("[^", at) else "[")
            at += len(out[-1]) - 1
        elif char == "{" and not _REPETITION.match(text, at):
            raise UnsupportedError(
                f"the brace at {at} of the regular expression {text!r} repeats nothing",
                feature="regular expression",
            )
        elif char in rewritten:
            out.append(rewritten[char])
        elif text.startswith("(?<", at) and text[at + 3 : at + 4] not in {"=", "!"}:
            out.append("(?P<")
            at += 2
        else:
            out.append(char)
        at += 1
    return re.compile("".join(out), re.ASCII)


def _for_flags(text: str) -> dict[str, str]:
    """What the dot and the anchors are, by the flags at the beginning."""
    found = _FLAGS.match(text)
    flags = found[1] if found else ""
    part = _FLAGS_OF_A_PART.search(text)
    if set(flags) - set("ims") or (part and set(part.group()) & set("smx")):
        raise UnsupportedError(
            f"the flags of the regular expression {text!r} are not supported", feature="regular expression"
        )
    ends = {"^": _LINE_BEGINS, "$": _LINE_ENDS} if "m" in flags else {"^": r"\A", "$": _AT_END}
    return ends | {".": r"[\s\S]" if "s" in flags else _DOT}


def _escape(text: str, at: int, *, in_class: bool) -> tuple[str, int]:
    following = text[at + 1 : at + 2]
    if following in {"p", "P"}:
        match = re.compile(r"\\([pP])\{(\w+)\}").match(text, at)
        if match is None or match[2] not in _POSIX or (in_class and match[1] == "P"):
            raise UnsupportedError(
                f"the property at {at} of the regular expression {text!r} is not supported",
                feature="regular expression",
            )
        inner = _POSIX[match[2]]
        return (inner if in_class else f"[{'^' if match[1] == 'P' else ''}{inner}]"), match.end()
    if following in _REWRITTEN and not in_class:
        return _REWRITTEN[following], at + 2
    if following and (following not in _ESCAPES or (in_class and following in "vbBA")):
        raise UnsupportedError(
            f"\\{following} in the regular expression {text!r} is not supported", feature="regular expression"
        )
    return text[at : at + 2], at + 2


def _precompiled(place: int) -> Callable[[Mapping[int, Any]], None]:
    """Refuses a constant pattern that cannot be translated when the statement is made."""

    def check(constants: Mapping[int, Any]) -> None:
        if isinstance(constants.get(place), str):
            try:
                java_pattern(constants[place])
            except re.error as error:
                raise UnsupportedError(
                    f"the regular expression {constants[place]!r} is not supported: {error}",
                    feature="regular expression",
                ) from error

    return check


def _extracting(constants: Mapping[int, Any]) -> Callable[..., str | None] | None:
    """REGEXP_EXTRACT with the pattern at hand."""
    _precompiled(0)(constants)
    if not isinstance(constants.get(0), str):
        return None
    compiled = java_pattern(constants[0])
    search, groups = compiled.search, compiled.groups

    def extract(_: str, text: str | None, group: int | None = 0) -> str | None:
        if text is None or group is None or group > groups:
            return None
        match = search(text)
        return None if match is None else match.group(group)

    return extract


@scalar(
    "REGEXP_EXTRACT",
    "STRING, STRING -> STRING",
    "STRING, STRING, INTEGER -> STRING",
    literal=_extracting,
)
def regexp_extract(pattern: str | None, text: str | None, group: int | None = 0) -> str | None:
    """The first match of `pattern`, or one of its groups."""
    if pattern is None or text is None or group is None:
        return None
    compiled = java_pattern(pattern)
    if group > compiled.groups:
        return None
    match = compiled.search(text)
    return None if match is None else match.group(group)


@scalar(
    "REGEXP_EXTRACT_ALL",
    "STRING, STRING -> ARRAY<STRING>",
    "STRING, STRING, INTEGER -> ARRAY<STRING>",
    literal=_precompiled(0),
)
def regexp_extract_all(
    pattern: str | None, text: str | None, group: int | None = 0
) -> list[str | None] | None:
    """Every match of `pattern`, or one of their groups."""
    if pattern is None or text is None or group is None:
        return None
    compiled = java_pattern(pattern)
    if group > compiled.groups:
        return None
    return [match.group(group) for match in compiled.finditer(text)]


def _replacement(new: str, match: re.Match[str]) -> str:
    out: list[str] = []
    at = 0
    while at < len(new):
        char = new[at]
        if char == "\\":
            out.append(new[at + 1])
            at += 2
        elif char == "$":
            found = re.compile(r"\$(?:(\d)|\{(\w+)\})").match(new, at)
            if found is None:
                raise ValueError("Illegal group reference")
            end, key = found.end(), found[1] or found[2]
            while (
                found[1] and end < len(new) and new[end].isdigit() and int(key + new[end]) <= match.re.groups
            ):
                key += new[end]
                end += 1
            out.append(match.group(int(key) if key.isdigit() else key) or "")
            at = end
        else:
            out.append(char)
            at += 1
    return "".join(out)


def _replacing(constants: Mapping[int, Any]) -> Callable[..., str | None] | None:
    """REGEXP_REPLACE with the pattern at hand, and a replacement that stands for itself."""
    _precompiled(1)(constants)
    pattern, new = constants.get(1), constants.get(2)
    if not isinstance(pattern, str) or not isinstance(new, str) or "\\" in new or "$" in new:
        return None
    replace = java_pattern(pattern).sub
    return lambda text, _, __: None if text is None else replace(new, text)


@scalar("REGEXP_REPLACE", "STRING, STRING, STRING -> STRING", literal=_replacing)
def regexp_replace(text: str | None, pattern: str | None, new: str | None) -> str | None:
    """With every match replaced; `$1` stands for a group."""
    if text is None or pattern is None or new is None:
        return None
    if "\\" not in new and "$" not in new:
        return java_pattern(pattern).sub(new, text)
    return java_pattern(pattern).sub(lambda match: _replacement(new, match), text)


@scalar("REGEXP_SPLIT_TO_ARRAY", "STRING, STRING -> ARRAY<STRING>", literal=_precompiled(1))
def regexp_split_to_array(text: str | None, pattern: str | None) -> list[str] | None:
    """The parts between matches of `pattern`."""
    if text is None or pattern is None:
        return None
    compiled = java_pattern(pattern)
    if pattern == "" or compiled.fullmatch(""):
        return _java_split(compiled, text)
    parts, last = [], 0
    for match in compiled.finditer(text):
        parts.append(text[last : match.start()])
        last = match.end()
    return [*parts, text[last:]]


def _java_split(compiled: re.Pattern[str], text: str) -> list[str]:
    """Pattern.split: no empty part first for an empty match, none at the end."""
    parts, last = [], 0
    for match in compiled.finditer(text):
        if match.end() == 0:
            continue
        parts.append(text[last : match.start()])
        last = match.end()
    parts.append(text[last:])
    while len(parts) > 1 and parts[-1] == "":
        parts.pop()
    return parts
