"""The condition of a stack on the screen: the table of hops, coverage, clocks, and what is wrong."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cli.condition.rows import SECTIONS, Health, Row
from cli.view.plain import plain
from infra.observation.faults.finding import Finding
from infra.observation.survey.seen import Survey

WIDE: Final = 110
"""Columns from which on there is room for notes."""
_STYLE: Final[dict[Health, str]] = {
    "ok": "green",
    "warning": "yellow",
    "broken": "bold red",
    "unknown": "dim",
}
_NOTHING: Final = "·"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_SHOWN: Final = 5


def condition(survey: Survey, table: Sequence[Row], found: Sequence[Finding], width: int) -> RenderableType:
    """All of it, for a screen of `width` columns."""
    parts: list[RenderableType] = [_hops(survey, table, width), *_coverage(survey), *_clocks(survey)]
    parts.extend(problems(found))
    return Group(*parts)


def _hops(survey: Survey, table: Sequence[Row], width: int) -> Table:
    shown = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    shown.add_column("hop", overflow="fold", ratio=None)
    shown.add_column("health", no_wrap=True)
    for name in ("records", "lag", "per s", "last event"):
        shown.add_column(name, justify="right", no_wrap=True)
    if width >= WIDE:
        shown.add_column("note", overflow="ellipsis", no_wrap=True, style="dim")
    for section in SECTIONS:
        inside = [row for row in table if row.section == section]
        if inside:
            shown.add_row(Text(section, style="bold"))
        for row in inside:
            cells: list[RenderableType] = [
                Text(f"  {plain(row.name)}"),
                Text(row.health, style=_STYLE[row.health]),
                _count(row.records),
                _count(row.lag),
                _NOTHING if row.rate is None else f"{row.rate:.0f}",
                _NOTHING if row.latest is None else age(survey.at - row.latest),
            ]
            shown.add_row(*cells, *([Text(plain(row.note))] if width >= WIDE else []))
    return shown


def _count(number: int | None) -> str:
    return _NOTHING if number is None else f"{number:,}"


def age(seconds: float) -> str:
    """How long ago, in the largest unit that fits; `now` for what is not past."""
    if seconds < 1:
        return "now"
    for unit, size in (("d", _DAY), ("h", _HOUR), ("min", _MINUTE)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _coverage(survey: Survey) -> Iterator[RenderableType]:
    coverage = survey.coverage
    if coverage.share is None:
        return
    explained, rest = sum(coverage.attributed.values()), sum(coverage.reasons.values())
    yield Text(
        f"\nAttributed: {coverage.share:.1%} ({explained:,} events; {rest:,} flows are not)", style="bold"
    )
    yield _indented(", ".join(f"{host} {count:,}" for host, count in coverage.attributed.items()))
    if coverage.reasons:
        reasons = (f"{reason} {count:,}" for reason, count in coverage.reasons.items())
        yield _indented(f"not: {', '.join(reasons)}")


def _clocks(survey: Survey) -> Iterator[RenderableType]:
    if not survey.clocks:
        return
    yield Text("\nClocks, ahead of the sensor's (last 24 hours)", style="bold")
    for clock in survey.clocks:
        yield _indented(
            f"{clock.host} {clock.offset_seconds:+.3f} s ({clock.smallest:+.3f} to {clock.largest:+.3f}), "
            f"{clock.matches:,} matches, {clock.near_misses:,} near misses"
        )


def _indented(text: str, style: str = "") -> Padding:
    return Padding(Text(plain(text), style=style), (0, 0, 0, 2), expand=False)


def problems(found: Sequence[Finding]) -> Iterator[RenderableType]:
    """What is wrong, in a few lines each; or that nothing is."""
    if not found:
        yield Text("\nNothing is broken.", style="green")
        return
    yield Text("")
    for (fault, remedy), alike in groupby(found[:_SHOWN], lambda finding: (finding.fault, finding.remedy)):
        for finding in alike:
            yield Text.assemble((f"{fault}: ", _STYLE[finding.severity]), plain(finding.what))
        yield _indented(remedy, "dim")
    if len(found) > _SHOWN:
        yield Text(f"and {len(found) - _SHOWN} more")
    yield Text("./lab diagnose tells how far data get, and shows the log.")
