"""A diagnosis on the screen: the probe's way, then each fault with causes, remedy and log."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from cli.diagnosis.diagnosis import Diagnosis
from cli.diagnosis.walk import STAGES
from cli.view.plain import plain
from infra.observation.faults.finding import Finding


def diagnosis(told: Diagnosis) -> RenderableType:
    """All of it; a log is shown once, with the first fault that it tells of."""
    parts = list(_way(told))
    shown: set[str] = set()
    for _, alike in groupby(told.found, _advice):
        found = list(alike)
        parts.extend(_faults(found))
        if found[0].program not in shown:
            parts.extend(_log(told, found[0]))
            shown.add(found[0].program)
    return Group(*parts, *_end(told))


def _way(told: Diagnosis) -> Iterator[RenderableType]:
    yield Text("The way of a probe", style="bold")
    for stage in STAGES:
        if stage.name in told.walk.passed:
            yield Text.assemble(
                ("  ok      ", "green"), f"{stage.name}, {told.walk.passed[stage.name]:.1f} s"
            )
        elif stage is told.walk.stopped:
            yield Text.assemble(("  stopped ", "bold red"), stage.name)
        else:
            yield Text(f"  ·       {stage.name}", style="dim")
    if told.walk.trouble:
        yield _indented(told.walk.trouble)


def _advice(finding: Finding) -> tuple[str, ...]:
    """What several faults in a row are told only once: ten agents stop at once, and for one reason."""
    return finding.fault, finding.causes, finding.remedy, finding.command, finding.program


def _faults(alike: Sequence[Finding]) -> Iterator[RenderableType]:
    yield Text("")
    for finding in alike:
        style = "bold red" if finding.severity == "broken" else "yellow"
        yield Text.assemble((finding.fault, style), f" ({plain(finding.hop)}): {plain(finding.what)}")
    finding = alike[0]
    yield _indented(f"Likely causes: {finding.causes}")
    yield _indented(f"What to do: {finding.remedy}")
    if finding.command:
        # on one line however long it is: what is broken into two cannot be copied into a shell
        yield Text(f"    {plain(finding.command)}", no_wrap=True, overflow="ignore")


def _log(told: Diagnosis, finding: Finding) -> Iterator[RenderableType]:
    lines = told.log(finding)
    if lines:
        yield _indented(f"The last lines of {told.run.log(finding.program)}:")
        text = "\n".join(plain(line) for line in lines)
        yield Padding(Text(text, style="dim", overflow="fold"), (0, 0, 0, 4), expand=False)


def _end(told: Diagnosis) -> Iterator[RenderableType]:
    if told.is_healthy:
        yield Text("\nThe probe went all the way, and nothing is broken.", style="green")


def _indented(text: str) -> Padding:
    return Padding(Text(plain(text)), (0, 0, 0, 2), expand=False)
