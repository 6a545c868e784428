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
    """An aggregate with the call that asks for it, and the places of its arguments in the row."""

    call: tree.Call | None = None
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
    return Made(
        base.returns, base.initial, base.add, base.result, base.merge, base.undo, base.text, call, places
    )


class Accumulator:
    """All aggregates of a step: from a state and a row to the next state, and from a state to a row.

    A state is a tuple: the required columns as they were in the last row, then the state of each aggregate.
    Aggregates that are asked for more than once are there once. `empty` is the state before any row.
    """

    add: Callable[[Any, Any], Any]
    """Takes a state, or None, and a row; returns the state with the row put in."""

    undo: Callable[[Any, Any], Any]
    """Takes a state and a row; returns the state with the row taken out."""

    result: Callable[[Any], list[Any]]
    """Takes a state; returns its row."""

    def __init__(self, required: Sequence[int], made: Sequence[Made]) -> None:
        self._width = len(required)
        self._made = tuple({each.call: each for each in made}.values())
        self.empty: tuple[Any, ...] = (*[None] * self._width, *[each.initial() for each in self._made])
        names: dict[str, object] = {"empty": self.empty}
        kept = [f"r[{place}]" for place in required]
        places = {place for each in self._made for place in each.places}
        take = [f"v{place} = r[{place}]" for place in sorted(places)]
        states = [f"s{i}" for i in range(len(self._made))]
        unpack = [f"{''.join(f'{name}, ' for name in ['_'] * self._width + states)}= s"]
        for i, each in enumerate(self._made):
            names |= {f"add{i}": each.add, f"undo{i}": each.undo, f"result{i}": each.result}
        added = [self._changed(i, each, "add") for i, each in enumerate(self._made)]
        undone = [self._changed(i, each, "undo") for i, each in enumerate(self._made)]
        self.add = _function(
            names, "s, r", ["if s is None: s = empty", *unpack, *take, _returned("()", kept + added)]
        )
        self.undo = _function(names, "s, r", [*unpack, *take, _returned("()", kept + undone)])
        index = {each.call: i for i, each in enumerate(self._made)}
        shown = [f"s[{i}]" for i in range(self._width)]
        for each in made:
            i = index[each.call]
            place = f"s[{self._width + i}]"
            shown.append(place if each.result is None else f"result{i}({place})")
        self.result = _function(names, "s", [_returned("[]", shown)])

    @staticmethod
    def _changed(index: int, made: Made, change: str) -> str:
        arguments = [f"v{place}" for place in made.places]
        if change == "add" and made.text:
            return made.text.format(s=f"s{index}", v=arguments[0], add=f"add{index}")
        return f"{change}{index}({', '.join([f's{index}', *arguments])})"

    def merge(self, one: Any, two: Any) -> tuple[Any, ...]:
        """The state of two sessions that become one."""
        values = [two[i] if one[i] is None else one[i] for i in range(self._width)]
        for i, made in enumerate(self._made, self._width):
            assert made.merge is not None  # noqa: S101 - every aggregate has one
            values.append(made.merge(one[i], two[i]))
        return tuple(values)


def _returned(brackets: str, items: Sequence[str]) -> str:
    return f"return {brackets[0]}{''.join(f'({item}), ' for item in items)}{brackets[1]}"


def _function(names: dict[str, object], parameters: str, lines: Sequence[str]) -> Callable[..., Any]:
    text = f"def f({parameters}):\n" + "\n".join(f" {line}" for line in lines)
    exec(text, names)  # noqa: S102 - the text is made of positions and of what aggregates are declared with
    return names.pop("f")  # type: ignore[return-value]
