"""What a walk and a survey together say: the fault that stopped the probe first, then what else is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cli.diagnosis.logs import last_lines, told_by_sink
from cli.diagnosis.walk import STAGES, Stage, Walk, walk
from infra.logging_server.embedded.run_directory import RunDirectory
from infra.observation import probe
from infra.observation.faults import changed_schema
from infra.observation.faults.finding import Finding
from infra.observation.faults.known import findings, is_broken
from infra.observation.survey.seen import Survey
from infra.observation.survey.taking import take
from infra.outputs import StackOutputs

UNEXPLAINED: Final = "unexplained stop"
PATIENCE: Final = 30.0
"""Seconds that a hop may take where nothing is known to be wrong."""
_SHORT: Final = 4.0
"""And where a fault is known that explains why it will not get any further."""


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """How far the probe got, and what is wrong, the reason of its stop first."""

    walk: Walk
    found: Sequence[Finding]
    run: RunDirectory

    @property
    def is_healthy(self) -> bool:
        """Whether the probe went all the way and nothing is broken."""
        return self.walk.stopped is None and not is_broken(self.found)

    def log(self, finding: Finding) -> list[str]:
        """The last lines of the process that a fault is about."""
        return last_lines(self.run, finding.program) if finding.program else []

    def as_json(self) -> dict[str, Any]:
        """All of it, for a script."""
        return {
            "healthy": self.is_healthy,
            "passed": dict(self.walk.passed),
            "stopped": self.walk.stopped.name if self.walk.stopped else None,
            "trouble": self.walk.trouble,
            "faults": [{**vars(finding), "log": self.log(finding)} for finding in self.found],
        }


def diagnose(told: StackOutputs, project: Path, patience: float = PATIENCE) -> Diagnosis:
    """Look at a stack, send a probe through it, and name what is wrong.

    Args:
        told: the stack's outputs.
        project: the folder of the clone.
        patience: seconds that a hop may take where nothing is known to be wrong.
    """
    run = RunDirectory(project / told.run_directory)
    survey = take(told, project)
    found = findings(survey)
    way = follow(told, survey, found, patience)
    if way.stopped is not None:
        # a walk takes its time: what has come up or gone since belongs to the answer
        found = findings(take(told, project))
    return Diagnosis(walk=way, found=judged(way, found, last_lines(run, "connect")), run=run)


def follow(told: StackOutputs, survey: Survey, found: Sequence[Finding], patience: float) -> Walk:
    """Send a probe, as far as there is a Kafka to send it to."""
    if not survey.answers("kafka"):
        kafka = survey.services.get("kafka")
        why = f"Kafka does not answer: {kafka.refusal}" if kafka else "Kafka is not published to this machine"
        return Walk(stopped=STAGES[0] if kafka else None, trouble=f"no probe was sent: {why}")
    by_program = {
        stage.program: _SHORT if any(explains(finding, stage) for finding in found) else patience
        for stage in STAGES
    }
    missing = [topic.name for topic in survey.topics.values() if not topic.exists]
    return walk(told, probe.make(), by_program, missing)


def explains(finding: Finding, stage: Stage) -> bool:
    """Whether a fault is a reason for the probe not to get to a stage; the probe itself can be read."""
    if finding.severity != "broken" or finding.fault == changed_schema.NAME:
        return False
    return any(
        finding.hop == name or (name.endswith(" ") and finding.hop.startswith(name)) for name in stage.hops
    )


def judged(way: Walk, found: Sequence[Finding], sink_log: Sequence[str]) -> list[Finding]:
    """The faults, first what explains the stop; where none does, what the log says, or that none does."""
    if way.stopped is None:
        return list(found)
    reasons = [finding for finding in found if explains(finding, way.stopped)]
    if not reasons:
        by_log = told_by_sink(sink_log) if way.stopped is STAGES[-1] else None
        reasons = [by_log or _unexplained(way)]
    return [*reasons, *(finding for finding in found if finding not in reasons)]


def _unexplained(way: Walk) -> Finding:
    stage = way.stopped or STAGES[0]
    return Finding(
        fault=UNEXPLAINED,
        hop=stage.name,
        what=f"the probe has not become {stage.name}" + (f": {way.trouble}" if way.trouble else ""),
        causes="Nothing that the lab knows by name: the log may tell. A busy machine may just be slow.",
        remedy="Read the log, try again, and look at ./lab status --watch meanwhile.",
        program=stage.program,
    )
