"""A small model of Logstash that carries the lab's pipeline files out: just the plug-ins and options they use.

After Elastic's reference of each filter (mutate, json, translate) and of conditionals. What the model does not know, it
refuses. What the real Logstash 8.19.20 made of the same files is in recorded.jsonl: the model is held to it, and holds
the files to it on machines that have no Logstash.
"""

import copy
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.conf.logstash.pipeline import parsed

Event = dict[str, Any]


@dataclass(frozen=True)
class Sent:
    """A record as the output would hand it to Kafka."""

    topic: str
    key: str
    value: str


class Model:
    """A pipeline of files in their order, with the dictionary that `translate` reads."""

    def __init__(self, files: Sequence[Path], dictionary: str) -> None:
        self._sections = [section for file in files for section in parsed(file)]
        self._dictionary: Mapping[str, str] = yaml.safe_load(dictionary)
        self._filters: Mapping[str, Callable[[Event, dict[str, Any]], None]] = {
            "mutate": self._mutate,
            "json": self._json,
            "translate": self._translate,
        }

    def send(self, event: Mapping[str, Any]) -> list[Sent]:
        """What becomes of one event that a Beat sent."""
        work: Event = copy.deepcopy({"@version": "1", "@metadata": {}, **event})
        sent: list[Sent] = []
        for section, body in self._sections:
            if section == "filter":
                self._run(body, work, lambda name, options: self._filters[name](work, options))
            elif section == "output":
                self._run(body, work, lambda _, options: sent.append(_kafka(work, options)))
        return sent

    def _run(self, body: list[Any], event: Event, act: Callable[[str, dict[str, Any]], None]) -> None:
        taken = False
        for node in body:
            word, rest = node[0], node[1]
            if word in {"else if", "else"} and taken:
                continue
            if word == "else":
                self._run(rest, event, act)
            elif word in {"if", "else if"}:
                taken = _holds(rest[:-1], event)
                if taken:
                    self._run(rest[-1][0], event, act)
            else:
                act(word, {str(key): value[0] for key, value in rest})

    def _mutate(self, event: Event, options: dict[str, Any]) -> None:
        unknown = set(options) - {"rename", "replace", "gsub", "copy", "add_field", "remove_field"}
        assert not unknown, unknown
        for source, (target,) in options.get("rename", ()):
            if (value := _get(event, source)) is not None:
                _remove(event, source)
                _set(event, target, value)
        for field, (text,) in options.get("replace", ()):
            _set(event, field, _filled(event, text))
        triples = options.get("gsub", [])
        for field, pattern, replacement in zip(triples[::3], triples[1::3], triples[2::3], strict=True):
            if isinstance(value := _get(event, field), str):
                _set(event, field, re.sub(pattern, replacement, value))
        for source, (target,) in options.get("copy", ()):
            if (value := _get(event, source)) is not None:
                _set(event, target, copy.deepcopy(value))
        for field, (text,) in options.get("add_field", ()):
            added = _filled(event, text)
            had = _get(event, field)
            _set(event, field, added if had is None else [*(had if isinstance(had, list) else [had]), added])
        for field in options.get("remove_field", ()):
            _remove(event, field)

    def _json(self, event: Event, options: dict[str, Any]) -> None:
        assert options["skip_on_invalid_json"] is False
        try:
            _set(event, options["target"], json.loads(_get(event, options["source"])))
        except ValueError:
            event.setdefault("tags", []).extend(options["tag_on_failure"])

    def _translate(self, event: Event, options: dict[str, Any]) -> None:
        source, target = (
            (options["source"], options["target"])
            if "source" in options
            else (options["field"], options["destination"])
        )
        value = _get(event, source)
        if value is not None:
            found = self._dictionary.get(str(value))
            _set(event, target, _filled(event, options["fallback"]) if found is None else found)


def _kafka(event: Event, options: dict[str, Any]) -> Sent:
    codec = options["codec"]
    if codec == "json":
        value = json.dumps({key: item for key, item in event.items() if key != "@metadata"})
    else:
        value = _filled(event, dict(codec[1])["format"][0])
    return Sent(_filled(event, options["topic_id"]), _filled(event, options["message_key"]), value)


def _holds(condition: list[Any], event: Event) -> bool:
    terms = condition[::2]
    assert set(condition[1::2]) <= {"and"}, condition
    return all(_term(term, event) for term in terms)


def _term(term: list[Any], event: Event) -> bool:
    if term[0] == "!":
        return not _truth(_value(term[1], event))
    if len(term) == 1:
        return _truth(_value(term[0], event))
    left, operator, right = _value(term[0], event), term[1], _value(term[2], event)
    if operator == "in":
        return right is not None and left in right
    if operator == "==":
        return bool(left == right)
    if operator == "!~":
        # Ruby's anchors: ^ and $ are the ends of any line, \z that of the text
        pattern = right.replace(r"\z", r"\Z")
        return not (isinstance(left, str) and re.search(pattern, left, re.MULTILINE))
    raise AssertionError(term)


def _truth(value: Any) -> bool:
    return value is not None and value is not False


def _value(term: Any, event: Event) -> Any:
    return _get(event, term) if isinstance(term, str) and re.fullmatch(r"(\[[^\]]+\])+", term) else term


def _path(reference: str) -> list[str]:
    return re.findall(r"\[([^\]]+)\]", reference) or [reference]


def _get(event: Event, reference: str) -> Any:
    value: Any = event
    for key in _path(reference):
        if not isinstance(value, Mapping) or key not in value:
            return None
        value = value[key]
    return value


def _set(event: Event, reference: str, value: Any) -> None:
    *parents, last = _path(reference)
    inner = event
    for key in parents:
        inner = inner.setdefault(key, {})
    inner[last] = value


def _remove(event: Event, reference: str) -> None:
    *parents, last = _path(reference)
    inner: Any = event
    for key in parents:
        inner = inner.get(key, {}) if isinstance(inner, Mapping) else {}
    if isinstance(inner, dict):
        inner.pop(last, None)


def _filled(event: Event, text: str) -> str:
    def insert(found: re.Match[str]) -> str:
        value = _get(event, found[1])
        return found[0] if value is None else str(value)  # what is not there stays as it is written

    return re.sub(r"%\{([^}]+)\}", insert, text)
