"""A number as an option that has to be one: Python reads `nan` and `inf` as numbers too."""

import math
from typing import Any

import click


class Amount(click.FloatRange):
    """A finite number within a range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number; a usage error where it is none, or out of the range."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is no amount", param, ctx)
        return number
