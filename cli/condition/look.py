"""One look at a stack, judged: the survey, its faults and its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cli.condition.rows import Row, as_json, rates, rows
from infra.observation.faults.finding import Finding
from infra.observation.faults.known import findings, is_broken
from infra.observation.survey.seen import Survey, Topic
from infra.observation.survey.taking import take, written
from infra.outputs import StackOutputs


@dataclass(frozen=True, kw_only=True)
class Look:
    """What was seen and what is wrong with it."""

    survey: Survey
    found: Sequence[Finding]
    rates: Mapping[str, float]

    @property
    def is_healthy(self) -> bool:
        """Whether nothing is broken; warnings are not."""
        return not is_broken(self.found)

    @property
    def table(self) -> list[Row]:
        """The hops."""
        return rows(self.survey, self.found, self.rates)

    def as_json(self) -> dict[str, Any]:
        """All of it, for a script."""
        return as_json(self.survey, self.table, self.found)


def look(told: StackOutputs, project: Path, before: Survey | None = None) -> Look:
    """Look at a stack; rates are since the survey `before`, or over the time of this very look."""
    at, topics = _earlier(told, before)
    survey = take(told, project)
    return Look(
        survey=survey,
        found=findings(survey),
        rates=rates(topics, survey.topics, survey.topics_at - at),
    )


def _earlier(told: StackOutputs, before: Survey | None) -> tuple[float, Mapping[str, Topic]]:
    return written(told) if before is None else (before.topics_at, before.topics)
