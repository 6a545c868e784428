"""Zeek's tab-separated logs, line by line, as the JSON that Zeek's other writer makes of the same events.

Source: Zeek documentation, "Zeek Log Formats and Inspection".
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from embedded.shipper.record import UnreadableError

_NUMBERS: Final[dict[str, Callable[[str], Any]]] = {
    "time": float,
    "interval": float,
    "double": float,
    "count": int,
    "int": int,
    "port": int,
}


@dataclass
class Layout:
    """What the header of a log says about the lines after it."""

    separator: str = "\t"
    set_separator: str = ","
    empty: str = "(empty)"
    unset: str = "-"
    path: str = ""
    fields: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)

    def take_header(self, line: str) -> None:
        """Learn from a line that begins with `#`."""
        if line.startswith("#separator "):
            self.separator = line.removeprefix("#separator ").encode().decode("unicode_escape")
            return
        name, *values = line[1:].split(self.separator)
        first = values[0] if values else ""
        match name:
            case "set_separator":
                self.set_separator = first
            case "empty_field":
                self.empty = first
            case "unset_field":
                self.unset = first
            case "path":
                self.path = first
            case "fields":
                self.fields = values
            case "types":
                self.types = values
            case _:
                pass

    def event(self, line: str) -> dict[str, Any]:
        """The event of one line. Unset fields are left out, as in Zeek's JSON.

        Raises:
            UnreadableError: no header came before, a column is missing, or a value is not of its column's
            type.
        """
        if not self.fields or len(self.types) != len(self.fields):
            raise UnreadableError("no #fields and #types before this line")
        values = line.split(self.separator)
        if len(values) != len(self.fields):
            raise UnreadableError(f"{len(values)} columns, the header names {len(self.fields)}")
        return {
            name: self._value(name, kind, value)
            for name, kind, value in zip(self.fields, self.types, values, strict=True)
            if value != self.unset
        }

    def _value(self, name: str, kind: str, value: str) -> object:
        if kind.startswith(("set[", "vector[")):
            if value == self.empty:
                return []
            inner = kind[kind.index("[") + 1 : -1]
            return [self._value(name, inner, item) for item in value.split(self.set_separator)]
        if kind == "bool":
            return value == "T"
        if kind in _NUMBERS:
            try:
                return _NUMBERS[kind](value)
            except ValueError:
                raise UnreadableError(f"{name} is {value!r}, not of type {kind}") from None
        return "" if value == self.empty else value
