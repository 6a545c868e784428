"""A report as HTML: one file without a script, which loads nothing and asks nobody.

Whoever names processes and hosts names what stands in it. So every text is escaped by the template engine,
what is not printable is written out, and the page's own policy (W3C, "Content Security Policy Level 3") lets
it have no script and no style but the one that is in it.
"""

import base64
import hashlib
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cli.reporting.charts import HEIGHT, WIDTH, clock_chart, moment, timeline_chart
from cli.reporting.report import Report
from cli.view.plain import plain

_FOLDER: Final = Path(__file__).resolve().parent
_KILO: Final = 1000
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def page(report: Report) -> str:
    """The report as an HTML document."""
    style = (_FOLDER / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    engine = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    engine.filters |= {"moment": moment, "octets": octets, "duration": duration}
    return engine.get_template("page.html").render(
        report=report,
        timeline=timeline_chart(report.timeline),
        clocks=clock_chart(report.clocks),
        width=WIDTH,
        height=HEIGHT,
        style=_Style(style),
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
    )


class _Style(str):
    """The style sheet of the page itself: the one text in it that is markup already."""

    __slots__ = ()

    def __html__(self) -> str:
        return str(self)


def _finalize(value: Any) -> Any:
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return plain(value)
    return value


def octets(count: int) -> str:
    """A number of bytes in the largest unit (of 1000) that it fills."""
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < _KILO:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= _KILO
    return f"{size:.1f} TB"


def duration(seconds: float) -> str:
    """A span of time in the unit that it is told in."""
    for unit, size in (("d", _DAY), ("h", _HOUR), ("min", _MINUTE)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s"
