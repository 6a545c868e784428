"""Records that can no longer be read: a sensor writes its fields otherwise than the statements expect."""

from collections.abc import Iterator
from typing import Final

from infra import topics
from infra.observation.faults import wrong_clock
from infra.observation.faults.finding import Finding
from infra.observation.survey import hop
from infra.observation.survey.seen import Survey

NAME: Final = "changed schema"


def find(survey: Survey) -> Iterator[Finding]:
    """Each topic of which records became dead letters of late, with the reason."""
    for letters in survey.recent_dead_letters:
        if wrong_clock.tells(letters):
            continue
        yield Finding(
            fault=NAME,
            hop=hop.topic(letters.topic),
            what=f"dead letters of {letters.topic}: {letters.count}, the last "
            f"{survey.at - letters.latest:.0f} s ago: {letters.reason}",
            causes="The sensor or agent was updated and writes a field with another type or form, or "
            f"something else writes to the topic. The last such record: {letters.record}",
            remedy="Compare that record with ksql/10_sources.ksql, set the column's type right there, then "
            f"./lab up. The records are kept in the topic {topics.DEAD_LETTERS}.",
            program="ksql",
        )
