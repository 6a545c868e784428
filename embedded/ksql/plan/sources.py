"""CREATE STREAM and CREATE TABLE with columns: the source that they declare."""

from collections.abc import Mapping

from embedded.ksql.catalog import Column, Format, Source
from embedded.ksql.errors import InvalidError
from embedded.ksql.language.statements import Create, Element
from embedded.ksql.plan.properties import Properties
from embedded.ksql.plan.schema import SYSTEM, Field, Schema
from embedded.ksql.serde.support import check, check_keys


def declared(statement: Create, properties: Mapping[str, object]) -> tuple[Source, Properties]:
    """The source of a CREATE statement, with one partition: the engine knows how many there are.

    Args:
        statement: as parsed.
        properties: the engine's, for default formats.

    Raises:
        InvalidError: ksqlDB refuses it.
    """
    given = Properties(statement.properties, create=True)
    if given.text("KAFKA_TOPIC") is None:
        raise InvalidError('Missing required property "KAFKA_TOPIC" which has no default value.')
    key = given.format("KEY", str(properties.get("ksql.persistence.default.format.key") or "KAFKA"))
    default = properties.get("ksql.persistence.default.format.value")
    value = given.format("VALUE", None if default is None else str(default))
    if value is None:
        raise InvalidError(
            "Statement is missing the 'VALUE_FORMAT' property from the WITH clause. Either provide one or "
            "set a default via the 'ksql.persistence.default.format.value' config."
        )
    assert key is not None  # noqa: S101 - there is a default
    columns = _columns(statement)
    keys = [(c.name, c.type) for c in columns if c.where == "key"]
    values = [(c.name, c.type) for c in columns if c.where == "value"]
    check_keys(keys)
    check(key, keys, key=True)
    check(value, values, key=False)
    window = given.window()
    if window is not None and not keys:
        raise InvalidError("Windowed sources require a key column.")
    schema = Schema(
        tuple(Field(*k) for k in keys), tuple(Field(c.name, c.type) for c in columns if c.where != "key")
    )
    stamp = given.timestamp(schema)
    source = Source(
        name=statement.name,
        kind=statement.kind,
        topic=given.text("KAFKA_TOPIC") or "",
        key_format=key,
        value_format=value,
        columns=columns,
        partitions=1,
        replicas=given.number("REPLICAS") or 1,
        window=window,
        timestamp_column=stamp[0] if stamp else None,
        timestamp_format=stamp[1] if stamp else None,
        wrap_single_value=given.wrap(
            value, len(values), properties.get("ksql.persistence.wrap.single.values")
        ),
        read_only=statement.read_only,
        statement=statement.text,
    )
    return source, given


def _columns(statement: Create) -> tuple[Column, ...]:
    if not statement.elements:
        raise InvalidError("The statement does not define any columns.")
    table = statement.kind == "TABLE"
    seen: set[str] = set()
    columns: list[Column] = []
    for each in statement.elements:
        place = {"line": each.place.line, "column": each.place.column}
        if each.name.upper() in SYSTEM and each.name in SYSTEM:
            raise InvalidError(
                f"'{each.name}' is a reserved column name. You cannot use it as a name for a column.",
                **place,  # type: ignore[arg-type]
            )
        if each.name in seen:
            raise InvalidError(f"Duplicate column names: {each.name}", **place)  # type: ignore[arg-type]
        seen.add(each.name)
        columns.append(_column(each, table=table))
    if table and not any(c.where == "key" for c in columns):
        raise InvalidError("Tables require a PRIMARY KEY. Please define the PRIMARY KEY.")
    if (
        sum(c.where == "headers" for c in columns)
        and sum(c.where in {"header", "headers"} for c in columns) > 1
    ):
        raise InvalidError("Schema already contains a HEADERS column.")
    keys = [c for c in columns if c.where == "key"]
    return tuple(keys + [c for c in columns if c.where != "key"])


def _column(element: Element, *, table: bool) -> Column:
    if element.constraint == "KEY" and table:
        raise InvalidError(
            f"Column `{element.name}` is a 'KEY' column: please use 'PRIMARY KEY' for tables.\n"
            "Tables have PRIMARY KEYs, which are unique and NON NULL.\n"
            "Streams have KEYs, which have no uniqueness or NON NULL constraints.",
            line=element.place.line,
            column=element.place.column,
        )
    if element.constraint == "PRIMARY KEY" and not table:
        raise InvalidError(
            f"Column `{element.name}` is a 'PRIMARY KEY' column: please use 'KEY' for streams.\n"
            "Tables have PRIMARY KEYs, which are unique and NON NULL.\n"
            "Streams have KEYs, which have no uniqueness or NON NULL constraints.",
            line=element.place.line,
            column=element.place.column,
        )
    if element.constraint in {"KEY", "PRIMARY KEY"}:
        return Column(element.name, element.type, "key")
    if element.constraint == "HEADERS":
        return Column(element.name, element.type, "headers")
    if element.constraint == "HEADER":
        return Column(element.name, element.type, "header", element.header)
    return Column(element.name, element.type)


def default_key_format(properties: Mapping[str, object]) -> Format:
    """The key format where no source has one."""
    return Format(str(properties.get("ksql.persistence.default.format.key") or "KAFKA").upper())
