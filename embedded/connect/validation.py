"""Checking a connector's configuration, as `PUT /connector-plugins/{class}/config/validate` answers.

Stricter than Connect in one thing: an option that neither Connect nor the connector knows is an error here,
where Connect only logs a warning, for a misspelt option is a silent default.
"""

import re
from collections.abc import Mapping
from typing import Any

from embedded.connect import trust
from embedded.connect.options import CONNECTOR_CLASS, CONSUMER_OVERRIDES, CONVERTER_OPTIONS, OPTIONS, Option
from embedded.connect.settings import JSON_CONVERTER, STRING_CONVERTER
from embedded.connect.sink_settings import enrichment, listed

Errors = dict[str, list[str]]
POSITIVE = frozenset({"tasks.max", "splunk.hec.max.batch.size", "splunk.hec.ack.poll.interval"})
MAX_TASKS = 16
"""More tasks than this on one worker would be a typing error."""


def errors(configuration: Mapping[str, str]) -> Errors:
    """What is wrong with each option; empty when the configuration can be used."""
    found: Errors = {}
    for name, option in OPTIONS.items():
        problem = _problem(option, configuration.get(name))
        if problem:
            found.setdefault(name, []).append(problem)
    for name in configuration.keys() - OPTIONS.keys() - CONSUMER_OVERRIDES - CONVERTER_OPTIONS:
        found.setdefault(name, []).append(f"Unknown configuration '{name}'")
    for name, problem in _relations(
        {name: text for name, text in configuration.items() if name not in found}
    ):
        found.setdefault(name, []).append(problem)
    return found


def report(configuration: Mapping[str, str], found: Errors) -> dict[str, Any]:
    """The answer of the validate call: every option, its definition, its value and its errors."""
    unknown = [Option(name, "STRING", optional=True) for name in sorted(found.keys() - OPTIONS.keys())]
    return {
        "name": CONNECTOR_CLASS,
        "error_count": sum(map(len, found.values())),
        "groups": ["Common", "Splunk"],
        "configs": [
            {
                "definition": _definition(option),
                "value": {
                    "name": option.name,
                    "value": configuration.get(option.name, option.default),
                    "recommended_values": [],
                    "errors": found.get(option.name, []),
                    "visible": True,
                },
            }
            for option in (*OPTIONS.values(), *unknown)
        ],
    }


def summary(found: Errors) -> str:
    """The message with which Connect refuses a configuration."""
    problems = [problem for problems in found.values() for problem in problems]
    return (
        f"Connector configuration is invalid and contains the following {len(problems)} error(s):\n"
        + "\n".join(problems)
        + "\nYou can also find the above list of errors at the endpoint"
        " `/connector-plugins/{connectorType}/config/validate`"
    )


def _definition(option: Option) -> dict[str, Any]:
    return {
        "name": option.name,
        "type": option.type,
        "required": option.required,
        "default_value": option.default,
        "importance": "HIGH" if option.required else "MEDIUM",
        "documentation": "",
        "group": "Splunk" if option.name.startswith("splunk.") else "Common",
        "width": "NONE",
        "display_name": option.name,
        "dependents": [],
        "order": -1,
    }


def _problem(option: Option, text: str | None) -> str | None:
    if text is None:
        missing = f'Missing required configuration "{option.name}" which has no default value.'
        return missing if option.required else None
    invalid = f"Invalid value {text} for configuration {option.name}"
    if option.type in {"INT", "LONG", "SHORT"}:
        if not re.fullmatch(r"[+-]?\d{1,9}", text.strip(), re.ASCII):
            return f"{invalid}: Not a number of type {option.type}"
        least = 1 if option.name in POSITIVE else -1
        if int(text) < least:
            return f"{invalid}: Value must be at least {least}"
    if option.type == "BOOLEAN" and text.strip().lower() not in {"true", "false"}:
        return f"{invalid}: Expected value to be either true or false"
    if option.fixed and text.strip().lower() != (option.default or ""):
        return f"{invalid}: {option.why_fixed}"
    return f'Missing required configuration "{option.name}"' if option.required and not text.strip() else None


def _relations(given: Mapping[str, str]) -> list[tuple[str, str]]:
    """What options say of one another, among those that are well-formed."""
    return [
        (name, problem)
        for name, wrong, problem in (
            *_topics(given),
            *_where_to(given),
            *_choices(given),
        )
        if wrong
    ]


def _topics(given: Mapping[str, str]) -> list[tuple[str, bool, str]]:
    topics, regex = listed(given.get("topics", "")), given.get("topics.regex", "")
    neither = "Must configure one of topics or topics.regex"
    both = "topics and topics.regex are mutually exclusive options, but both are set."
    dead_letters = given.get("errors.deadletterqueue.topic.name", "")
    own = f"The dead letter queue '{dead_letters}' must not be among the topics that are consumed."
    found = [
        ("topics", not topics and not regex, neither),
        ("topics.regex", bool(topics and regex), both),
        ("topics.regex", bool(regex) and not _compiles(regex), f"Invalid regular expression {regex}"),
        ("errors.deadletterqueue.topic.name", bool(dead_letters) and dead_letters in topics, own),
    ]
    for name in ("splunk.indexes", "splunk.sources", "splunk.sourcetypes"):
        count = len(listed(given.get(name, "")))
        amiss = f"{name}: one value, or one for each of the {len(topics)} topics, not {count}"
        found.append((name, bool(topics) and count not in {0, 1, len(topics)}, amiss))
        lost = f"{name} has no effect with topics.regex; use the token's defaults or record headers"
        found.append((name, bool(regex) and count > 0, lost))
    return found


def _where_to(given: Mapping[str, str]) -> list[tuple[str, bool, str]]:
    uri = given.get("splunk.hec.uri", "https://")
    kind = given.get("splunk.hec.ssl.trust.store.type", "JKS")
    store = "Invalid Secure HTTP (HTTPS) configuration: splunk.hec.ssl.trust.store.path is missing"
    return [
        ("splunk.hec.uri", "," in uri, "One HEC URI only: this stand-in does not balance load"),
        (
            "splunk.hec.uri",
            not uri.startswith("https://"),
            f"Invalid value {uri}: only https:// is spoken here",
        ),
        ("splunk.hec.ssl.trust.store.path", not given.get("splunk.hec.ssl.trust.store.path"), store),
        ("splunk.hec.ssl.trust.store.type", kind not in trust.TYPES, f"{kind} not found: PKCS12 or JKS"),
    ]


def _choices(given: Mapping[str, str]) -> list[tuple[str, bool, str]]:
    class_ = given.get("connector.class", CONNECTOR_CLASS)
    no_class = f"Failed to find any class that implements Connector and which name matches {class_}"
    tolerance = given.get("errors.tolerance", "none")
    reset = given.get("consumer.override.auto.offset.reset", "earliest")
    isolation = given.get("consumer.override.isolation.level", "read_committed")
    found = [
        ("connector.class", class_ not in {CONNECTOR_CLASS, CONNECTOR_CLASS.rpartition(".")[2]}, no_class),
        (
            "tasks.max",
            int(given.get("tasks.max", "1")) > MAX_TASKS,
            f"At most {MAX_TASKS} tasks on this worker",
        ),
        (
            "errors.tolerance",
            tolerance not in {"none", "all"},
            f"String must be one of: none, all; not {tolerance}",
        ),
        (
            "consumer.override.auto.offset.reset",
            reset not in {"earliest", "latest"},
            f"Invalid value {reset}",
        ),
        (
            "consumer.override.isolation.level",
            isolation not in {"read_committed", "read_uncommitted"},
            f"Invalid value {isolation}",
        ),
        (
            "splunk.hec.json.event.enrichment",
            not _is_enrichment(given),
            "Must be key=value pairs, separated by commas",
        ),
    ]
    for side in ("key", "value"):
        converter = given.get(f"{side}.converter", STRING_CONVERTER)
        amiss = f"Class {converter} could not be found: StringConverter and JsonConverter are here"
        found.append((f"{side}.converter", converter not in {STRING_CONVERTER, JSON_CONVERTER}, amiss))
    return found


def _compiles(regex: str) -> bool:
    try:
        re.compile(regex)
    except re.error:
        return False
    return True


def _is_enrichment(given: Mapping[str, str]) -> bool:
    try:
        enrichment(given.get("splunk.hec.json.event.enrichment", ""))
    except ValueError:
        return False
    return True
