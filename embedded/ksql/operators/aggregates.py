"""Aggregates of a query made ready: each call with its argument functions, state and result."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from embedded.ksql.errors import InvalidError
from embedded.ksql.expressions.compiler import Columns, Compiler
from embedded.ksql.functions.registry import Aggregate, aggregates, select
from embedded.ksql.language import tree
from embedded.ksql.language.show import show


@dataclass(frozen=True, slots=True)
class Made(Aggregate):
    """An aggregate with the places of its arguments in the row."""

    places: tuple[int, ...] = ()


def make(call: tree.Call, columns: Columns, properties: Mapping[str, object]) -> Made:
    """The aggregate that a call asks for.

    Args:
        call: its column arguments are columns of the row, or (when only the type is asked) expressions.
        columns: of the row.
        properties: the engine's, for `ksql.functions.…`.

    Raises:
        InvalidError: no overload takes these arguments, or an initial argument is no literal.
    """
    compiler = Compiler(columns)
    kinds = [compiler.type_of(each) for each in call.arguments]
    overload = select(call.function, aggregates[call.function], kinds, cast=False)
    split = overload.columns(len(call.arguments))
    initial: list[Any] = []
    for each in call.arguments[split:]:
        if not isinstance(each, tree.Constant):
            raise InvalidError(
                f"Parameter {len(initial) + split + 1} passed to function {call.function} must be a literal "
                f"constant, but was expression: '{show(each)}'"
            )
        initial.append(each.value)
    base = overload.make(kinds, initial, properties)
    places = tuple(
        columns[each.name][0]
        for each in call.arguments[:split]
        if isinstance(each, tree.Column) and each.name in columns
    )
    return Made(base.returns, base.initial, base.add, base.result, base.merge, base.undo, places)


class Accumulator:
    """All aggregates of a step: from a state and a row to the next state, and from a state to a row.

    A state is a list: the required columns as they were in the last row, then each aggregate's state.
    """

    def __init__(self, required: Sequence[int], made: Sequence[Made]) -> None:
        self._required = tuple(required)
        self._made = tuple(made)
        self._adders = tuple(self._adder(each, each.add) for each in made)
        self._undoers = tuple(None if each.undo is None else self._adder(each, each.undo) for each in made)
        self._results = tuple(each.result for each in made)
        self._plain = all(result is None for result in self._results)

    @staticmethod
    def _adder(made: Made, add: Callable[..., Any]) -> Callable[[Any, Any], Any]:
        places = made.places
        if len(places) == 1:
            place = places[0]
            return lambda state, row: add(state, row[place])
        return lambda state, row: add(state, *[row[place] for place in places])

    def add(self, state: list[Any] | None, row: Any) -> list[Any]:
        """The state with a row put in."""
        width = len(self._required)
        values = [row[place] for place in self._required]
        if state is None:
            for made, adder in zip(self._made, self._adders, strict=True):
                values.append(adder(made.initial(), row))
            return values
        for i, adder in enumerate(self._adders, width):
            values.append(adder(state[i], row))
        return values

    def undo(self, state: list[Any], row: Any) -> list[Any]:
        """The state with a row taken out."""
        width = len(self._required)
        values = [row[place] for place in self._required]
        for i, undoer in enumerate(self._undoers, width):
            assert undoer is not None  # noqa: S101 - the planner has refused aggregates that cannot
            values.append(undoer(state[i], row))
        return values

    def empty(self) -> list[Any]:
        """The state before any row."""
        return [None] * len(self._required) + [made.initial() for made in self._made]

    def merge(self, one: list[Any], two: list[Any]) -> list[Any]:
        """The state of two sessions that become one."""
        width = len(self._required)
        values = [two[i] if one[i] is None else one[i] for i in range(width)]
        for i, made in enumerate(self._made, width):
            assert made.merge is not None  # noqa: S101 - every aggregate has one
            values.append(made.merge(one[i], two[i]))
        return values

    def result(self, state: list[Any]) -> list[Any]:
        """The row of a state."""
        if self._plain:
            return state
        width = len(self._required)
        values = state[:width]
        for i, result in enumerate(self._results, width):
            values.append(state[i] if result is None else result(state[i]))
        return values
