"""SET, UNSET, CREATE TYPE, DROP TYPE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedded.ksql import overrides
from embedded.ksql.commands.results import result
from embedded.ksql.errors import InvalidError
from embedded.ksql.language import statements as ast
from embedded.ksql.overrides import Session
from embedded.ksql.result import StatementResult

if TYPE_CHECKING:
    from embedded.ksql.engine import Engine


def set_property(engine: Engine, statement: ast.SetProperty, session: Session, _: int) -> StatementResult:
    """Sets a property of the session, or takes it back."""
    del engine
    name, value = statement.name, statement.value
    if not overrides.is_known(name):
        raise InvalidError(f"Unknown property: {name}")
    if value is None:
        session.pop(name, None)
        return result(statement, "UNSET")
    if overrides.is_denied(name):
        raise InvalidError(overrides.DENIED)
    if not overrides.is_fit(name, value):
        raise InvalidError(f"Invalid value {value} for configuration {overrides.without_prefix(name)}")
    session[name] = value
    return result(statement, "SET")


def create_type(engine: Engine, statement: ast.CreateType, _: Session, __: int) -> StatementResult:
    """Names a type."""
    if statement.name in engine.types:
        message = (
            f"Cannot register custom type '{statement.name}' since it is already registered with type: "
            f"{engine.types[statement.name]}"
        )
        if not statement.if_not_exists:
            raise InvalidError(message)
        return result(statement, "CREATE_TYPE", message=message)
    engine.types[statement.name] = statement.type
    message = f"Registered custom type with name '{statement.name}' and SQL type {statement.type}"
    return result(statement, "CREATE_TYPE", message=message)


def drop_type(engine: Engine, statement: ast.DropType, _: Session, __: int) -> StatementResult:
    """Forgets a type's name."""
    if engine.types.pop(statement.name, None) is None:
        if not statement.if_exists:
            raise InvalidError(f"Type {statement.name} does not exist.")
        return result(statement, "DROP_TYPE", message=f"Type '{statement.name}' does not exist")
    return result(statement, "DROP_TYPE", message=f"Dropped type '{statement.name}'")
