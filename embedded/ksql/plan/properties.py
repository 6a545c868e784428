"""The WITH clause: which properties there are, and what they say."""

from collections.abc import Mapping, Sequence
from typing import Final

from embedded.ksql.catalog import Format, Window
from embedded.ksql.errors import InvalidError, UnsupportedError
from embedded.ksql.functions.patterns import pattern as compiled
from embedded.ksql.language.statements import Property
from embedded.ksql.language.stream import UNITS
from embedded.ksql.plan.schema import Schema
from embedded.ksql.serde.support import known_format
from embedded.ksql.types import Type

_COMMON: Final = frozenset(
    [
        "KAFKA_TOPIC",
        "PARTITIONS",
        "REPLICAS",
        "RETENTION_MS",
        "CLEANUP_POLICY",
        "VALUE_FORMAT",
        "KEY_FORMAT",
        "FORMAT",
        "WRAP_SINGLE_VALUE",
        "TIMESTAMP",
        "TIMESTAMP_FORMAT",
        "VALUE_DELIMITER",
        "KEY_DELIMITER",
    ]
)
_CREATE: Final = _COMMON | {"WINDOW_TYPE", "WINDOW_SIZE", "SOURCED_BY_CONNECTOR"}
_UNSUPPORTED: Final = frozenset(
    [
        "VALUE_AVRO_SCHEMA_FULL_NAME",
        "VALUE_SCHEMA_FULL_NAME",
        "KEY_SCHEMA_FULL_NAME",
        "KEY_SCHEMA_ID",
        "VALUE_SCHEMA_ID",
        "VALUE_PROTOBUF_NULLABLE_REPRESENTATION",
        "KEY_PROTOBUF_NULLABLE_REPRESENTATION",
    ]
)
_DELIMITERS: Final = {"SPACE": " ", "TAB": "\t"}


class Properties:
    """The properties of a WITH clause.

    Args:
        given: names in upper case, and values.
        create: of CREATE … with columns, not of CREATE … AS SELECT.

    Raises:
        InvalidError: an unknown property.
        UnsupportedError: one of ksqlDB's that this engine has not.
    """

    def __init__(self, given: Sequence[tuple[str, Property]], *, create: bool) -> None:
        self._given = dict(given)
        for name in self._given:
            if name in _UNSUPPORTED:
                raise UnsupportedError(f"the property {name} is not supported", feature=name)
            if name not in (_CREATE if create else _COMMON):
                raise InvalidError(f"Invalid config variable(s) in the WITH clause: {name}")

    def text(self, name: str) -> str | None:
        """A property as text; None when it is not given."""
        value = self._given.get(name)
        if value is None:
            return None
        return str(value).lower() if isinstance(value, bool) else str(value)

    def number(self, name: str) -> int | None:
        """A property as a whole number.

        Raises:
            InvalidError: it is none.
        """
        value = self.text(name)
        if value is None:
            return None
        try:
            return int(value)
        except ValueError as error:
            raise InvalidError(f"Invalid value {value} for property {name}: not a whole number") from error

    def flag(self, name: str) -> bool | None:
        """A property as true or false.

        Raises:
            InvalidError: it is neither.
        """
        value = self.text(name)
        if value is None:
            return None
        if value.lower() not in {"true", "false"}:
            raise InvalidError(f"Invalid value {value} for property {name}: expected true or false")
        return value.lower() == "true"

    def format(self, side: str, default: str | None, inherited: Format | None = None) -> Format | None:
        """The KEY or VALUE format, or `default` by name, or the one inherited.

        Raises:
            InvalidError: FORMAT together with the other, an unknown format, a delimiter without DELIMITED.
        """
        both, own = self.text("FORMAT"), self.text(f"{side}_FORMAT")
        if both is not None and own is not None:
            raise InvalidError(
                f"Cannot supply both '{side}_FORMAT' and 'FORMAT' properties, as 'FORMAT' sets both key and "
                "value formats. Either use just 'FORMAT', or use 'KEY_FORMAT' and 'VALUE_FORMAT'."
            )
        name = own or both or (inherited.name if inherited else None) or default
        if name is None:
            return None
        known = known_format(name)
        delimiter = self.text(f"{side}_DELIMITER")
        if delimiter is None:
            if inherited is not None and inherited.name == known:
                return inherited
            return Format(known)
        if known != "DELIMITED":
            raise InvalidError(f"{known} does not support the following configs: [delimiter]")
        chosen = _DELIMITERS.get(delimiter.upper(), delimiter)
        if len(chosen) != 1:
            raise InvalidError(
                f"Invalid delimiter value: '{delimiter}'. Delimiter must be a single character or SPACE, TAB."
            )
        return Format(known, (("DELIMITER", chosen),))

    def window(self) -> Window | None:
        """WINDOW_TYPE and WINDOW_SIZE.

        Raises:
            InvalidError: they do not fit together.
        """
        kind, size = self.text("WINDOW_TYPE"), self.text("WINDOW_SIZE")
        if kind is None:
            if size is not None:
                raise InvalidError("WINDOW_SIZE given without WINDOW_TYPE")
            return None
        upper = kind.upper()
        if upper == "SESSION":
            if size is not None:
                raise InvalidError("'WINDOW_SIZE' should not be set for SESSION windows.")
            return Window("SESSION")
        if upper not in {"TUMBLING", "HOPPING"}:
            raise InvalidError(
                f"Invalid value {kind} for property WINDOW_TYPE: expected SESSION, HOPPING or TUMBLING"
            )
        if size is None:
            raise InvalidError(f"{upper} windows require 'WINDOW_SIZE' to be provided in the WITH clause.")
        return Window("TUMBLING" if upper == "TUMBLING" else "HOPPING", _duration(size))

    def wrap(self, chosen: Format, columns: int, default: object) -> bool:
        """Whether a single value column is written within an object.

        Raises:
            InvalidError: WRAP_SINGLE_VALUE where it does not apply.
        """
        asked = self.flag("WRAP_SINGLE_VALUE")
        if asked is not None:
            if columns != 1:
                raise InvalidError("'WRAP_SINGLE_VALUE' is only valid for single-field value schemas")
            if chosen.name in {"KAFKA", "NONE"} or (chosen.name == "DELIMITED" and not asked):
                shown = "WRAP_SINGLE_VALUE" if asked else "WRAP_SINGLE_VALUE=false"
                raise InvalidError(f"Format '{chosen.name}' does not support '{shown}'.")
            return asked
        if columns == 1 and default is not None and chosen.name == "JSON":
            return str(default).lower() != "false"
        return chosen.name != "KAFKA"

    def timestamp(self, schema: Schema) -> tuple[str, str | None] | None:
        """The TIMESTAMP column and its format.

        Raises:
            InvalidError: no such column, or one of a type that is no time.
        """
        given, pattern = self.text("TIMESTAMP"), self.text("TIMESTAMP_FORMAT")
        if given is None:
            return None
        name = given[1:-1] if given[:1] in {"`", '"'} else given.upper()
        known: Mapping[str, Type] = {f.name: f.type for f in (*schema.values, *schema.keys)}
        kind = known.get(name)
        if kind is None:
            raise InvalidError(
                f"The TIMESTAMP column set in the WITH clause does not exist in the schema: '{name}'"
            )
        if kind.name == "STRING":
            if pattern is None:
                raise InvalidError(
                    "A String timestamp field has been specified without also specifying the "
                    f"timestamp_format: {name}"
                )
            compiled(pattern)
        elif kind.name not in {"BIGINT", "TIMESTAMP"}:
            raise InvalidError(
                f"Timestamp column, {name}, should be LONG(INT64), TIMESTAMP, or a String with a "
                "timestamp_format specified."
            )
        elif pattern is not None:
            raise InvalidError(
                "'TIMESTAMP_FORMAT' set in the WITH clause can only be used when the timestamp column is of "
                "type STRING."
            )
        return name, pattern


def _duration(text: str) -> int:
    parts = text.split()
    unit = UNITS.get(parts[1].upper()) if len(parts) == 2 else None  # noqa: PLR2004 - number and unit
    if unit is None or not parts[0].isdigit():
        raise InvalidError(f"Invalid duration: '{text}'. Duration must be, for instance, '10 SECONDS'")
    return int(parts[0]) * unit
