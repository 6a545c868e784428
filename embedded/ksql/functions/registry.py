"""Where functions are declared and looked up."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from embedded.ksql.errors import InvalidError
from embedded.ksql.functions.signature import Argument, Lambda, Signature, Unit, accepts, signature
from embedded.ksql.types import Type

F = TypeVar("F", bound=Callable[..., Any])
Returns = Callable[[Sequence[Type | None]], Type]
Text = Callable[[Sequence[str], Callable[[], str]], str]


@dataclass(frozen=True, slots=True)
class Scalar:
    """One overload of a scalar function.

    `safe` says that it never raises. `returns` computes the result's type where the signature cannot say
    it. `literal` makes a faster function from the arguments that are constants (by index), or None;
    `typed` makes the function from the types of the arguments. `text` makes the Python text of the call
    from that of the arguments, none of which can fail, and a source of new names.
    """

    name: str
    signature: Signature
    call: Callable[..., Any]
    safe: bool = False
    returns: Returns | None = None
    literal: Callable[[Mapping[int, Any]], Callable[..., Any] | None] | None = None
    typed: Callable[[Sequence[Type | None]], Callable[..., Any]] | None = None
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One overload of a table function: `call` gives a list (or None) for a row."""

    name: str
    signature: Signature
    call: Callable[..., Any]
    returns: Returns | None = None


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregate made for given types and initial arguments.

    States are plain Python values that pickle. `add(state, *arguments)` returns the new state; it must
    not change what `result` returned before. `undo` takes one row's arguments back out, for tables.
    `text` is what `add` does, if that is short, as Python: with `{s}` for the state, `{v}` for the argument
    and `{add}` for `add` itself.
    """

    returns: Type
    initial: Callable[[], Any]
    add: Callable[..., Any]
    result: Callable[[Any], Any] | None = None
    merge: Callable[[Any, Any], Any] | None = None
    undo: Callable[..., Any] | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class AggregateFactory:
    """One overload of an aggregate: `make(types, initial arguments, properties)`.

    The last `initial` arguments must be constants; if it is negative, all after the first `-initial`.
    """

    name: str
    signature: Signature
    initial: int
    make: Callable[[Sequence[Type | None], Sequence[Any], Mapping[str, object]], Aggregate]

    def columns(self, arguments: int) -> int:
        """How many of so many arguments are columns."""
        return -self.initial if self.initial < 0 else arguments - self.initial


scalars: dict[str, list[Scalar]] = {}
tables: dict[str, list[Table]] = {}
aggregates: dict[str, list[AggregateFactory]] = {}


def scalar(
    name: str,
    *signatures: str,
    safe: bool = False,
    returns: Returns | None = None,
    literal: Callable[[Mapping[int, Any]], Callable[..., Any] | None] | None = None,
    typed: Callable[[Sequence[Type | None]], Callable[..., Any]] | None = None,
    text: Text | None = None,
) -> Callable[[F], F]:
    """Declares a scalar function under `name` with these signatures."""

    def declare(call: F) -> F:
        for each in signatures:
            entry = Scalar(name, signature(each), call, safe, returns, literal, typed, text)
            scalars.setdefault(name, []).append(entry)
        return call

    return declare


def table(name: str, *signatures: str, returns: Returns | None = None) -> Callable[[F], F]:
    """Declares a table function under `name` with these signatures."""

    def declare(call: F) -> F:
        for each in signatures:
            tables.setdefault(name, []).append(Table(name, signature(each), call, returns))
        return call

    return declare


def aggregate(name: str, *signatures: str, initial: int = 0) -> Callable[[F], F]:
    """Declares an aggregate under `name`; the last `initial` parameters are constants."""

    def declare(make: F) -> F:
        for each in signatures:
            entry = AggregateFactory(name, signature(each), initial, make)
            aggregates.setdefault(name, []).append(entry)
        return make

    return declare


E = TypeVar("E", Scalar, Table, AggregateFactory)


def select(name: str, overloads: Iterable[E], arguments: Sequence[Argument], *, cast: bool = True) -> E:
    """The overload that takes `arguments`; an exact match first, then one with implicit casts.

    Raises:
        InvalidError: none does, or more than one equally well.
    """
    listed = list(overloads)
    for allow in (False, True) if cast else (False,):
        matching = [each for each in listed if _matches(each.signature, arguments, cast=allow)]
        if matching:
            matching.sort(key=lambda each: each.signature.rank)
            if len(matching) > 1 and matching[-1].signature.rank == matching[-2].signature.rank:
                raise InvalidError(
                    f"Function '{name}' cannot be resolved due to ambiguous method parameters "
                    f"{show(arguments)}.\nUse CAST() to explicitly cast your parameters."
                )
            return matching[-1]
    raise InvalidError(f"Function '{name}' does not accept parameters {show(arguments)}.")


def _matches(candidate: Signature, arguments: Sequence[Argument], *, cast: bool) -> bool:
    parameters = candidate.expanded(len(arguments))
    bound: dict[str, Type] = {}
    return parameters is not None and all(
        accepts(parameter, argument, bound, cast=cast)
        for parameter, argument in zip(parameters, arguments, strict=True)
    )


def show(arguments: Sequence[Argument]) -> str:
    """The types of arguments as messages have them."""
    names = {Lambda: "LAMBDA", Unit: "INTERVALUNIT", type(None): "null"}
    return "(" + ", ".join(names.get(type(a), str(a)) for a in arguments) + ")"
