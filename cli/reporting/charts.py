"""Where the marks of a report's charts stand: plain numbers, which the page draws as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cli.reporting.timeline import Timeline
from infra.observation.survey.seen import Clock

WIDTH: Final = 720
HEIGHT: Final = 160
_LABELS: Final = 5
_DAY: Final = 86_400


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A step of the timeline: three heights that stand on one another's foot, and what they mean."""

    x: float
    width: float
    attributed: float
    all: float
    detected: float
    told: str


@dataclass(frozen=True, kw_only=True)
class Label:
    """A text under an axis."""

    x: float
    anchor: str
    text: str


@dataclass(frozen=True, kw_only=True)
class TimelineChart:
    """The bars, the times under them, and the count that the full height stands for."""

    bars: Sequence[Bar]
    labels: Sequence[Label]
    most: int


@dataclass(frozen=True, kw_only=True)
class ClockMark:
    """A host's clock: from the smallest offset to the largest, and the mean; in percent of the width."""

    clock: Clock
    left: float
    right: float
    mean: float


@dataclass(frozen=True, kw_only=True)
class ClockChart:
    """All clocks on one axis; `zero` is where the sensor's is, `reach` how many seconds each way it goes."""

    marks: Sequence[ClockMark]
    zero: float
    reach: float


def timeline_chart(told: Timeline) -> TimelineChart:
    """A bar for each step."""
    most = max((step.all for step in told.steps), default=0)
    if not most:
        return TimelineChart(bars=(), labels=(), most=0)
    pitch = WIDTH / len(told.steps)
    scale = HEIGHT / most
    bars = [
        Bar(
            x=round(number * pitch, 2),
            width=round(max(pitch - 1.5, pitch * 0.7), 2),
            attributed=round(step.attributed * scale, 2),
            all=round(step.all * scale, 2),
            detected=round(step.detected * scale, 2),
            told=f"{moment(step.at)}: {step.attributed} attributed, "
            f"{step.unattributed} not, {step.detected} detected",
        )
        for number, step in enumerate(told.steps)
    ]
    return TimelineChart(bars=bars, labels=_labels(told), most=most)


def _labels(told: Timeline) -> list[Label]:
    steps = told.steps
    count = min(_LABELS, len(steps))
    is_long = steps[-1].at - steps[0].at > _DAY
    numbers = [round(place * (len(steps) - 1) / max(count - 1, 1)) for place in range(count)]
    return [
        Label(
            x=round((number + 0.5) * WIDTH / len(steps), 1),
            anchor="start" if number == 0 else "end" if number == len(steps) - 1 else "middle",
            text=datetime.fromtimestamp(steps[number].at, UTC).strftime(
                "%d %b %H:%M" if is_long else "%H:%M:%S" if told.seconds < 60 else "%H:%M"  # noqa: PLR2004
            ),
        )
        for number in numbers
    ]


def clock_chart(clocks: Sequence[Clock]) -> ClockChart:
    """A line for each clock, on an axis whose middle is the sensor's."""
    reach = max(
        (abs(end) for clock in clocks for end in (clock.smallest, clock.largest, clock.offset_seconds)),
        default=0.0,
    )
    reach = reach or 1.0

    def place(seconds: float) -> float:
        return round(50 + 48 * seconds / reach, 2)

    marks = [
        ClockMark(
            clock=clock,
            left=place(clock.smallest),
            right=place(clock.largest),
            mean=place(clock.offset_seconds),
        )
        for clock in clocks
    ]
    return ClockChart(marks=marks, zero=place(0.0), reach=reach)


def moment(at: float) -> str:
    """A time in UTC, to the second."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")
