"""The functions that ksqlDB's own tests bring with them; they exist in conformance runs only."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from embedded.ksql import types
from embedded.ksql.errors import InvalidError
from embedded.ksql.expressions import casts
from embedded.ksql.functions.registry import Aggregate, aggregate, scalar, table
from embedded.ksql.types import Type

_INITIAL: Final = "ksql.functions.test_udaf.init"
_A: Final = types.struct(("A", types.STRING))
_SIMPLE: Final = (
    types.INTEGER, types.BIGINT, types.DOUBLE, types.BOOLEAN, types.STRING, types.decimal(20, 10), _A,
)  # fmt: skip


class _ToldError(ValueError):
    """What a function of these raises when it is told to."""


@scalar("WHENCONDITION", "BOOLEAN, BOOLEAN -> BOOLEAN")
@scalar("WHENRESULT", "INTEGER, BOOLEAN -> INTEGER")
def when(result: Any, expected: bool | None) -> Any:
    """`result`, unless the function should not have been called."""
    if not expected:
        raise _ToldError("not lazy")
    return result


@scalar("BAD_UDF", "INTEGER -> STRING")
def blow_up(value: Any) -> str:
    """Raises."""
    raise _ToldError(f"boom: {value}")


@scalar("BAD_UDF", "BOOLEAN -> INTEGER")
def might_throw(told: bool | None) -> int:
    """Raises when told to."""
    if told is None or told:
        raise _ToldError("as asked for")
    return 0


def _every_other(_: Sequence[Type | None]) -> Callable[[str | None], str | None]:
    calls = itertools.count()
    return lambda text: None if next(calls) % 2 == 0 else text


@scalar("BAD_UDF", "STRING -> STRING", typed=_every_other)
def null_every_other_time(text: str | None) -> str | None:
    """Null in every other call."""
    return text


@scalar("TEST_UDF", "INTEGER, STRING -> STRING")
def int_string(*_: Any) -> str:
    """The name of the method."""
    return "doStuffIntString"


@scalar("TEST_UDF", "BIGINT, STRING -> STRING")
def long_string(*_: Any) -> str:
    """The name of the method."""
    return "doStuffLongString"


@scalar("TEST_UDF", "BIGINT, BIGINT, STRING -> STRING")
def long_long_string(*_: Any) -> str:
    """The name of the method."""
    return "doStuffLongLongString"


@scalar("TEST_UDF", "BIGINT... -> STRING")
def long_varargs(*_: Any) -> str:
    """The name of the method."""
    return "doStuffLongVarargs"


@scalar("TEST_UDF", "STRUCT<A STRING> -> STRING")
def field_a(value: Any) -> Any:
    """The field A."""
    return value[0]


@scalar("TEST_UDF", " -> STRUCT<A STRING>")
def made_struct() -> tuple[str]:
    """A struct."""
    return ("foo",)


def _text(kind: Type, value: Any) -> str:
    if value is None:
        raise _ToldError("null")
    return casts.show(kind, value)


@table("TEST_UDTF", "INTEGER, BIGINT, DOUBLE, BOOLEAN, STRING, DECIMAL, STRUCT<A STRING> -> STRING")
def simple_rows(*values: Any) -> list[str]:
    """Each argument as text."""
    return [_text(kind, value) for kind, value in zip(_SIMPLE, values, strict=True)]


@table(
    "TEST_UDTF",
    "ARRAY<INTEGER>, ARRAY<BIGINT>, ARRAY<DOUBLE>, ARRAY<BOOLEAN>, ARRAY<STRING>, ARRAY<DECIMAL>, "
    "ARRAY<STRUCT<A STRING>> -> STRING",
)
def array_rows(*values: Any) -> list[str]:
    """The first item of each argument as text."""
    return [_text(kind, value[0]) for kind, value in zip(_SIMPLE, values, strict=True)]


@table(
    "TEST_UDTF",
    "MAP<STRING, INTEGER>, MAP<STRING, BIGINT>, MAP<STRING, DOUBLE>, MAP<STRING, BOOLEAN>, "
    "MAP<STRING, STRING>, MAP<STRING, DECIMAL>, MAP<STRING, STRUCT<A STRING>> -> STRING",
    "MAP<BIGINT, INTEGER>, MAP<STRING, BIGINT>, MAP<STRING, DOUBLE>, MAP<STRING, BOOLEAN>, "
    "MAP<STRING, STRING>, MAP<STRING, DECIMAL>, MAP<STRING, STRUCT<A STRING>> -> STRING",
)
def map_rows(*values: Any) -> list[str]:
    """A value of each argument as text."""
    return [_text(kind, next(iter(value.values()))) for kind, value in zip(_SIMPLE, values, strict=True)]


@table("TEST_UDTF", "INTEGER -> INTEGER", "BIGINT -> BIGINT", "DOUBLE -> DOUBLE", "BOOLEAN -> BOOLEAN")
def one_row(value: Any) -> list[Any]:
    """The argument."""
    if value is None:
        raise _ToldError("null")
    return [value]


@table("TEST_UDTF", "STRING -> STRING", "STRUCT<A STRING> -> STRUCT<A STRING>")
@table("TEST_UDTF", "DECIMAL -> DECIMAL", returns=lambda _: types.decimal(30, 10))
def one_object(value: Any) -> list[Any]:
    """The argument."""
    return [value]


@table("THROWING_UDTF", "BOOLEAN -> BOOLEAN")
def throw_if_true(told: bool | None) -> list[bool]:
    """The argument; raises when it is true."""
    if told is None or told:
        raise _ToldError("as asked for")
    return [told]


def _weight(value: Any) -> int:
    if value is None:
        return 0
    return len(value) if isinstance(value, str) else value


def _summed(start: int, end: int = 0) -> Aggregate:
    return Aggregate(
        types.BIGINT,
        lambda: start,
        lambda state, *values: state + sum(map(_weight, values)),
        lambda state: state + end,
        lambda one, two: one + two,
    )


@aggregate("MULTI_ARG", "BIGINT, STRING, INTEGER, STRING... -> BIGINT", initial=-2)
@aggregate("FOUR_ARG", "BIGINT, STRING, STRING, STRING, INTEGER, STRING... -> BIGINT", initial=-4)
@aggregate("FIVE_ARG", "BIGINT, STRING, STRING, STRING, INTEGER, INTEGER, STRING... -> BIGINT", initial=-5)
def summed_from(_: Sequence[Type | None], given: Sequence[Any], __: Mapping[str, object]) -> Aggregate:
    """Numbers and lengths of texts, the initial arguments' included."""
    return _summed(sum(map(_weight, given)))


@aggregate("VAR_ARG", "BIGINT, STRING... -> BIGINT")
def summed(_: Sequence[Type | None], __: Sequence[Any], ___: Mapping[str, object]) -> Aggregate:
    """Numbers and lengths of texts."""
    return _summed(0)


@aggregate("MID_VAR_ARG", "BIGINT, STRING..., INTEGER, INTEGER -> BIGINT", initial=2)
def summed_to(_: Sequence[Type | None], given: Sequence[Any], __: Mapping[str, object]) -> Aggregate:
    """Numbers and lengths of texts, the initial arguments added at the end."""
    return _summed(0, sum(given))


@aggregate("GENERIC_VAR_ARG", "A, B, C... -> ARRAY<A>")
@aggregate("OBJ_COL_ARG", "INTEGER, ANY... -> ARRAY<INTEGER>")
def complete(kinds: Sequence[Type | None], _: Sequence[Any], __: Mapping[str, object]) -> Aggregate:
    """The first argument of each row without a null."""

    def add(state: list[Any], *values: Any) -> list[Any]:
        return state if any(value is None for value in values) else [*state, values[0]]

    return Aggregate(types.array(kinds[0] or types.STRING), list, add, None, lambda one, two: [*one, *two])


@aggregate("TEST_UDAF", "BIGINT -> BIGINT", "INTEGER -> BIGINT")
def sum_numbers(
    kinds: Sequence[Type | None], _: Sequence[Any], properties: Mapping[str, object]
) -> Aggregate:
    """The sum."""
    start = int(str(properties.get(_INITIAL, 0))) if kinds[0] == types.INTEGER else 0
    return Aggregate(
        types.BIGINT,
        lambda: start,
        lambda state, value: state + value,
        None,
        lambda one, two: one + two,
        lambda state, value: state - value,
    )


@aggregate("TEST_UDAF", "DOUBLE -> DOUBLE")
def sum_doubles(_: Sequence[Type | None], __: Sequence[Any], ___: Mapping[str, object]) -> Aggregate:
    """The sum."""
    return Aggregate(types.DOUBLE, float, lambda s, v: s + v, None, lambda one, two: one + two)


@aggregate("TEST_UDAF", "STRING, STRING -> BIGINT", initial=1)
def sum_lengths(_: Sequence[Type | None], given: Sequence[Any], __: Mapping[str, object]) -> Aggregate:
    """The length of all texts, the initial one's included."""
    return _summed(len(given[0]))


@aggregate("TEST_UDAF", "STRUCT<A INTEGER, B INTEGER> -> STRUCT<A INTEGER, B INTEGER>")
def sum_structs(kinds: Sequence[Type | None], _: Sequence[Any], __: Mapping[str, object]) -> Aggregate:
    """The sums of the fields."""
    if kinds[0] is None:
        raise InvalidError("TEST_UDAF takes a STRUCT")

    def add(state: Any, value: Any) -> Any:
        return tuple(a + b for a, b in zip(state, value, strict=True))

    return Aggregate(kinds[0], lambda: (0, 0), add, None, add)
