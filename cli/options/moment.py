"""A point in time as an option."""

import time
from typing import Final

import click

from infra.observation.since import parse

HELP: Final = "15m, 2h or 1d ago, or a time such as 2026-01-31T08:00 (UTC)"
"""What a moment may be, for the help of an option."""


class Moment(click.ParamType[float]):
    """An age or a time, as seconds since 1970."""

    name = "time"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The moment; a usage error where it is none."""
        if isinstance(value, float):
            return value
        try:
            return parse(str(value), time.time())
        except ValueError as error:
            self.fail(str(error), param, ctx)


MOMENT: Final = Moment()
