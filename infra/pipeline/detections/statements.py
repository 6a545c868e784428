"""The rules of a folder as one statement: each row is read once, whatever the number of rules.

An INSERT INTO can be ended and begun anew while all that stands on its stream goes on, so a changed rule
changes the statement of its folder and nothing else.
"""

import json
from itertools import groupby
from pathlib import Path

from infra.errors import ConfigurationError
from infra.pipeline.detections.rules import Rule, read


def read_rules(folder: Path) -> list[Rule]:
    """The rules in the folders below `folder`, in the order of their paths.

    Raises:
        ConfigurationError: as `read` does; or two rules have one id.
    """
    rules = [read(path) for path in sorted(folder.glob("*/*.yml"))]
    known: dict[str, Rule] = {}
    for rule in rules:
        twin = known.setdefault(rule.rule_id, rule)
        if twin is not rule:
            raise ConfigurationError(
                f"{rule.path.name} and {twin.path.name} have the same id {rule.rule_id}",
                "Give the newer one an id of its own: python -m uuid.",
            )
    return rules


def write(folder: Path) -> list[tuple[str, str]]:
    """The statements of all rules, one for each folder and log source, with the name that errors tell.

    Raises:
        ConfigurationError: as `read_rules` does.
    """
    ordered = sorted(read_rules(folder), key=lambda rule: (rule.path.parent, rule.source.stream))
    return [
        (f"{folder.name}/{place.name}", _statement(stream, list(rules)))
        for (place, stream), rules in groupby(
            ordered, key=lambda rule: (rule.path.parent, rule.source.stream)
        )
    ]


def _statement(stream: str, rules: list[Rule]) -> str:
    cases = ",\n".join(_case(rule) for rule in rules)
    return (
        "INSERT INTO flow_finding\n"  # noqa: S608 - made of the repository's own files
        f"  SELECT host_pid, EXPLODE(ARRAY_REMOVE(ARRAY[\n{cases}\n"
        "         ], CAST(NULL AS VARCHAR))) AS finding,\n"
        f"         {rules[0].source.found}\n"
        f"  FROM {stream} EMIT CHANGES;\n"
    )


def _case(rule: Rule) -> str:
    told = json.dumps(
        {"rule": rule.rule_id, "title": rule.title, "level": rule.level, "tags": " ".join(rule.tags)},
        ensure_ascii=False,
    ).replace("'", "''")
    return f"""\
           -- {rule.path.name}
           CASE WHEN {rule.condition}
                THEN '{told}' END"""
