"""A topic that a source sends to, or a statement made, and that is not there."""

from collections.abc import Iterator
from typing import Final

from infra import topics
from infra.observation.faults.finding import Finding
from infra.observation.survey import hop
from infra.observation.survey.seen import Survey

NAME: Final = "missing topic"
_MADE_WHEN_NEEDED: Final = frozenset({topics.DEAD_LETTERS})


def find(survey: Survey) -> Iterator[Finding]:
    """Each topic that should be there. Where Kafka did not answer, nothing is known of any."""
    for topic in survey.topics.values():
        if not topic.exists and topic.name not in _MADE_WHEN_NEEDED:
            yield Finding(
                fault=NAME,
                hop=hop.topic(topic.name),
                what=f"the topic {topic.name} is not there",
                causes="It was deleted, or the statement that makes it has not been applied.",
                remedy="./lab up makes it where its statement is not applied either. Where it is, make the "
                f"topic anew first (kafka-topics --create --topic {topic.name}), or all of an embedded "
                "stack: ./lab destroy, ./lab up. The queries that need it wait, and go on by themselves. "
                "What was in it is gone: send it again (./lab replay).",
                program="ksql",
            )
