"""Sigma rules read from files, each with its condition in KSQL."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml
from sigma.collection import SigmaCollection
from sigma.exceptions import SigmaError, SigmaRuleLocation
from sigma.rule import SigmaDetection, SigmaRule
from sigma.types import SigmaFieldReference

from infra.errors import ConfigurationError
from infra.pipeline.detections.fields import CONTEXT, SOURCES, Source
from sigma_ksql import KsqlBackend

_VARIABLE: Final = re.compile(r"\$\{\w+\}")
_REMEDY: Final = "Mend the rule; docs/detections.md tells what a rule may say."


@dataclass(frozen=True)
class Rule:
    """A rule as the lab runs it. `tags` are as written, for instance attack.t1055; `condition` is KSQL."""

    path: Path
    rule_id: str
    title: str
    level: str
    tags: tuple[str, ...]
    source: Source
    condition: str


def read(path: Path) -> Rule:
    """Read one file, which holds one rule.

    Raises:
        ConfigurationError: naming file and rule: not Sigma, no id, title or level, a field or a feature that
            the lab does not have.
    """
    text = path.read_text(encoding="utf-8")
    variable = _VARIABLE.search(text)
    if variable is not None:
        raise _wrong(
            path, f"{variable[0]} would be taken for a setting of ksql/", "Write it as a |re: [$]{...}."
        )
    try:
        rules = SigmaCollection.from_dicts(
            [item for item in yaml.safe_load_all(text) if item], source=SigmaRuleLocation(path)
        ).rules
        if len(rules) != 1 or not isinstance(rules[0], SigmaRule):
            raise _wrong(path, "a file holds one rule, and no correlation or filter")
        return _taken(path, rules[0])
    except yaml.YAMLError as error:
        raise _wrong(path, f"not YAML: {' '.join(str(error).split())}") from None
    except SigmaError as error:
        raise _wrong(path, str(error).removeprefix(f"{path}: ")) from None


def _taken(path: Path, rule: SigmaRule) -> Rule:
    missing = [name for name in ("id", "title", "level") if not getattr(rule, name)]
    if missing:
        raise _wrong(path, f"rule {rule.title!r} has no {' and no '.join(missing)}")
    source = SOURCES.get(rule.logsource.category or "")
    if source is None:
        raise _wrong(
            path,
            f"rule {rule.title!r} is about the category {rule.logsource.category}; "
            f"there are {', '.join(sorted(SOURCES))}",
        )
    asked = {field for detection in rule.detection.detections.values() for field in _fields(detection)}
    conditions = KsqlBackend(columns=source.columns).convert(SigmaCollection([rule]))
    condition = " OR ".join(f"({one})" for one in conditions)
    if asked & CONTEXT:
        # what is not known yet would be taken for what a rule excludes
        condition = f"{source.columns['CommandLine'].sql} IS NOT NULL AND ({condition})"
    return Rule(
        path=path,
        rule_id=str(rule.id),
        title=rule.title,
        level=str(rule.level).lower(),
        tags=tuple(str(tag) for tag in rule.tags),
        source=source,
        condition=condition,
    )


def _fields(detection: SigmaDetection) -> set[str]:
    found: set[str] = set()
    for item in detection.detection_items:
        if isinstance(item, SigmaDetection):
            found |= _fields(item)
        elif item.field is not None:
            found.add(item.field)
            found |= {value.field for value in item.value if isinstance(value, SigmaFieldReference)}
    return found


def _wrong(path: Path, what: str, remedy: str = _REMEDY) -> ConfigurationError:
    return ConfigurationError(f"{path.parent.name}/{path.name}: {what}", remedy)
