"""The types of KSQL."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Type:
    """A type: `name` is its keyword (`VARCHAR` is called STRING, `INT` INTEGER, as ksqlDB shows them)."""

    name: str

    def __str__(self) -> str:
        """The type as it is written in KSQL."""
        return self.name


@dataclass(frozen=True, slots=True)
class Decimal(Type):
    """DECIMAL(precision, scale)."""

    precision: int = 0
    scale: int = 0

    def __str__(self) -> str:
        """The type as it is written in KSQL."""
        return f"DECIMAL({self.precision}, {self.scale})"


@dataclass(frozen=True, slots=True)
class Array(Type):
    """ARRAY<item>."""

    item: Type

    def __str__(self) -> str:
        """The type as it is written in KSQL."""
        return f"ARRAY<{self.item}>"


@dataclass(frozen=True, slots=True)
class Map(Type):
    """MAP<key, value>."""

    key: Type
    value: Type

    def __str__(self) -> str:
        """The type as it is written in KSQL."""
        return f"MAP<{self.key}, {self.value}>"


@dataclass(frozen=True, slots=True)
class Struct(Type):
    """STRUCT<name type, …>; names are case-exact."""

    fields: tuple[tuple[str, Type], ...]

    def __str__(self) -> str:
        """The type as it is written in KSQL."""
        return "STRUCT<" + ", ".join(f"`{name}` {type_}" for name, type_ in self.fields) + ">"


BOOLEAN: Final = Type("BOOLEAN")
INTEGER: Final = Type("INTEGER")
BIGINT: Final = Type("BIGINT")
DOUBLE: Final = Type("DOUBLE")
STRING: Final = Type("STRING")
BYTES: Final = Type("BYTES")
DATE: Final = Type("DATE")
TIME: Final = Type("TIME")
TIMESTAMP: Final = Type("TIMESTAMP")


def decimal(precision: int, scale: int) -> Decimal:
    """DECIMAL(precision, scale)."""
    return Decimal("DECIMAL", precision, scale)


def array(item: Type) -> Array:
    """ARRAY<item>."""
    return Array("ARRAY", item)


def map_of(key: Type, value: Type) -> Map:
    """MAP<key, value>."""
    return Map("MAP", key, value)


def struct(*fields: tuple[str, Type]) -> Struct:
    """STRUCT<…> of (name, type) pairs."""
    return Struct("STRUCT", fields)
