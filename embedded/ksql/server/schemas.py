"""Columns and types as ksqlDB's API describes them."""

from typing import Any

from embedded.ksql.catalog import Column
from embedded.ksql.types import Array, Decimal, Map, Struct, Type


def schema(type_: Type) -> dict[str, Any]:
    """A type as the API's `SchemaInfo`."""
    described: dict[str, Any] = {"type": type_.name, "fields": None, "memberSchema": None}
    match type_:
        case Struct(fields=fields):
            described["fields"] = [{"name": name, "schema": schema(of)} for name, of in fields]
        case Array(item=item):
            described["memberSchema"] = schema(item)
        case Map(value=value):
            described["memberSchema"] = schema(value)
        case Decimal(precision=precision, scale=scale):
            described["parameters"] = {"precision": precision, "scale": scale}
    return described


def field(column: Column) -> dict[str, Any]:
    """A column as the API's `FieldInfo`."""
    described: dict[str, Any] = {"name": column.name, "schema": schema(column.type)}
    if column.where == "key":
        described["type"] = "KEY"
    elif column.where in ("header", "headers"):
        described["type"] = "HEADER"
        if column.header:
            described["headerKey"] = column.header
    return described
