"""Signatures of functions: written as text, matched against the types of arguments."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from embedded.ksql import types
from embedded.ksql.types import Array, Map, Struct, Type

_GENERIC: Final = re.compile(r"[A-Z]")
_NUMBERS: Final = {"INTEGER": 0, "BIGINT": 1, "DECIMAL": 2, "DOUBLE": 3}
_TIMES: Final = frozenset({"TIME", "DATE", "TIMESTAMP"})
_PART: Final = re.compile(r"[A-Za-z_]+|`[^`]*`|\.\.\.|->|=>|[<>(),]")


@dataclass(frozen=True, slots=True)
class LambdaType(Type):
    """The type of a lambda parameter: what it takes and what it gives."""

    inputs: tuple[Type, ...]
    returns: Type


@dataclass(frozen=True, slots=True)
class Lambda:
    """A lambda as an argument whose types are not known yet."""

    inputs: int


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of time as an argument."""


Argument = Type | Lambda | Unit | None
"""What a function is called with; None is the type of NULL."""


@dataclass(frozen=True, slots=True)
class Signature:
    """Parameters and result. `variadic` is the index of the parameter that may repeat, -1 for none.

    DECIMAL without precision stands for any; single letters are type variables; ANY takes everything.
    """

    parameters: tuple[Type, ...]
    variadic: int
    returns: Type

    def expanded(self, count: int) -> tuple[Type, ...] | None:
        """The parameters for `count` arguments; None when they cannot be that many."""
        if self.variadic < 0:
            return self.parameters if count == len(self.parameters) else None
        repeats = count - len(self.parameters) + 1
        if repeats < 0:
            return None
        at = self.variadic
        return self.parameters[:at] + (self.parameters[at],) * repeats + self.parameters[at + 1 :]

    @property
    def rank(self) -> tuple[int, int, int, int, int]:
        """How much it is preferred to others that match too; more is better (ksqlDB's UdfIndex)."""
        generic = sum(1 for p in self.parameters if is_generic(p))
        anything = int(self.variadic >= 0 and self.parameters[self.variadic].name == "ANY")
        return (
            0 if self.variadic >= 0 else 1,
            len(self.parameters),
            -(generic + anything),
            0 if anything else 1,
            self.variadic,
        )


def is_generic(kind: Type) -> bool:
    """Whether a type has type variables."""
    if isinstance(kind, Array):
        return is_generic(kind.item)
    if isinstance(kind, Map):
        return is_generic(kind.key) or is_generic(kind.value)
    if isinstance(kind, LambdaType):
        return any(is_generic(i) for i in kind.inputs) or is_generic(kind.returns)
    return len(kind.name) == 1 and bool(_GENERIC.fullmatch(kind.name))


def castable(source: str, target: str) -> bool:
    """Whether ksqlDB casts `source` to `target` by itself."""
    if source == target:
        return True
    if source in _NUMBERS and target in _NUMBERS:
        return _NUMBERS[source] <= _NUMBERS[target]
    return source == "STRING" and (target in _TIMES or target == "BYTES")


def accepts(parameter: Type, argument: Argument, bound: dict[str, Type], *, cast: bool) -> bool:
    """Whether a parameter takes an argument; type variables are bound in `bound`."""
    if argument is None:
        return True
    if isinstance(argument, Lambda):
        return isinstance(parameter, LambdaType) and len(parameter.inputs) == argument.inputs
    if isinstance(argument, Unit):
        return parameter.name in {"INTERVAL", "ANY"}
    if isinstance(parameter, LambdaType) or parameter.name == "INTERVAL":
        return False
    if is_generic(parameter):
        return bind(parameter, argument, bound)
    return _compatible(parameter, argument, cast=cast)


def _compatible(parameter: Type, argument: Type, *, cast: bool) -> bool:  # noqa: PLR0911 - a branch for each case
    if parameter.name == "ANY":
        return True
    if isinstance(argument, Array) and isinstance(parameter, Array):
        return _compatible(parameter.item, argument.item, cast=cast)
    if isinstance(argument, Map) and isinstance(parameter, Map):
        return _compatible(parameter.key, argument.key, cast=cast) and _compatible(
            parameter.value, argument.value, cast=cast
        )
    if isinstance(argument, Struct) and isinstance(parameter, Struct):
        if not argument.fields or not parameter.fields:
            return True
        ours = dict(argument.fields)
        return len(ours) == len(parameter.fields) and all(
            name in ours and _compatible(kind, ours[name], cast=False) for name, kind in parameter.fields
        )
    if isinstance(parameter, Array | Map | Struct) or isinstance(argument, Array | Map | Struct):
        return False
    return parameter.name == argument.name or (cast and castable(argument.name, parameter.name))


def bind(pattern: Type, actual: Type, bound: dict[str, Type]) -> bool:
    """Binds the type variables of `pattern` so that it is `actual`; False when it cannot be."""
    if len(pattern.name) == 1:
        return bound.setdefault(pattern.name, actual) == actual
    if isinstance(pattern, Array):
        return isinstance(actual, Array) and bind(pattern.item, actual.item, bound)
    if isinstance(pattern, Map):
        return (
            isinstance(actual, Map)
            and bind(pattern.key, actual.key, bound)
            and bind(pattern.value, actual.value, bound)
        )
    return pattern.name == actual.name


def resolve(pattern: Type, bound: dict[str, Type]) -> Type:
    """`pattern` with its type variables replaced.

    Raises:
        KeyError: a type variable is not bound.
    """
    if len(pattern.name) == 1:
        return bound[pattern.name]
    if isinstance(pattern, Array):
        return types.array(resolve(pattern.item, bound))
    if isinstance(pattern, Map):
        return types.map_of(resolve(pattern.key, bound), resolve(pattern.value, bound))
    return pattern


@lru_cache(maxsize=1024)
def signature(text: str) -> Signature:
    """A signature from text: `ARRAY<T>, (T) => R -> ARRAY<R>`, `STRING, INTEGER... -> INTEGER`."""
    parts = _PART.findall(text)
    split = len(parts) - 1 - parts[::-1].index("->")
    parameters: list[Type] = []
    variadic = -1
    reader = _Reader(parts[:split])
    while not reader.done:
        parameters.append(reader.type())
        if reader.accept("..."):
            variadic = len(parameters) - 1
        reader.accept(",")
    return Signature(tuple(parameters), variadic, _Reader(parts[split + 1 :]).type())


class _Reader:
    def __init__(self, parts: Sequence[str]) -> None:
        self._parts = list(parts)

    @property
    def done(self) -> bool:
        return not self._parts

    def accept(self, part: str) -> bool:
        if self._parts and self._parts[0] == part:
            self._parts.pop(0)
            return True
        return False

    def type(self) -> Type:
        if self.accept("("):
            inputs = []
            while not self.accept(")"):
                inputs.append(self.type())
                self.accept(",")
            self.accept("=>")
            return LambdaType("LAMBDA", tuple(inputs), self.type())
        name = self._parts.pop(0)
        if name == "ARRAY" and self.accept("<"):
            item = self.type()
            self.accept(">")
            return types.array(item)
        if name == "MAP" and self.accept("<"):
            key = self.type()
            self.accept(",")
            value = self.type()
            self.accept(">")
            return types.map_of(key, value)
        if name == "STRUCT":
            return types.struct(*self._fields())
        return Type(name)

    def _fields(self) -> Iterator[tuple[str, Type]]:
        if not self.accept("<"):
            return
        while not self.accept(">"):
            field = self._parts.pop(0).strip("`")
            yield field, self.type()
            self.accept(",")
