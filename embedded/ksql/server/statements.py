"""`POST /ksql`: statements in, one answer for each of them out."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from embedded.ksql.engine import StatementResult
from embedded.ksql.errors import KsqlError
from embedded.ksql.runtime import executor
from embedded.ksql.runtime.errors import RuntimeFailureError
from embedded.ksql.runtime.executor import Done
from embedded.ksql.runtime.instance import Instance
from embedded.ksql.server import entities, properties
from embedded.ksql.server.entities import Entity, entity
from embedded.ksql.server.errors import (
    BAD_REQUEST,
    BAD_STATEMENT,
    CATCH_UP_TIMEOUT,
    NOT_READY,
    QUERY_ENDPOINT,
    SERVER_ERROR,
    ApiError,
    refused,
)

_VARIABLE: Final = re.compile(r"\$\{(\w+)\}")
_STREAMED: Final = re.compile(r"\s*(SELECT|PRINT)\b", re.IGNORECASE)


class KsqlRequest(BaseModel):
    """The body of `POST /ksql`; fields that are not known are ignored, as ksqlDB does."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    ksql: str = ""
    properties: dict[str, Any] = Field(default={}, alias="streamsProperties")
    variables: dict[str, Any] = Field(default={}, alias="sessionVariables")
    sequence: int | None = Field(default=None, alias="commandSequenceNumber")


def parse(model: type[BaseModel], body: bytes) -> Any:
    """The request body as `model`.

    Raises:
        ApiError: it is not JSON, or not what the endpoint takes.
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        told = f"{where}: {first['msg']}" if where else first["msg"]
        raise ApiError(BAD_REQUEST, f"Invalid JSON in request: {told}") from error


def substitute(sql: str, variables: Mapping[str, Any]) -> str:
    """Put the values of `${name}` variables in; a name that is not defined stays as it is."""
    return _VARIABLE.sub(lambda match: str(variables.get(match[1], match[0])), sql)


def execute(instance: Instance, request: KsqlRequest, host: str) -> list[Entity]:
    """Carry out the statements of a request, all or none; in the instance's thread.

    Raises:
        ApiError: a statement is refused, or Kafka did not take it.
    """
    sql = substitute(request.ksql, request.variables)
    properties.check(request.properties, SERVER_ERROR, sql)
    if _STREAMED.match(sql):
        message = (
            "The following statement types should be issued to the websocket endpoint '/query':"
            "\n\t* PRINT\n\t* SELECT"
        )
        raise ApiError(QUERY_ENDPOINT, message, sql)
    if request.sequence is not None and request.sequence >= instance.next_command:
        message = (
            "Timed out while waiting for a previous command to execute. "
            f"command sequence number: {request.sequence}"
        )
        raise ApiError(CATCH_UP_TIMEOUT, message)
    if not instance.is_at_work:
        raise ApiError(NOT_READY, "Server initializing")
    try:
        done = executor.execute(instance, sql, request.properties)
    except KsqlError as error:
        raise refused(error, sql) from error
    except RuntimeFailureError as error:
        raise ApiError(SERVER_ERROR, str(error), sql) from error
    answers = (_answer(instance, each, sql, host) for each in done)
    return [answer for answer in answers if answer is not None]


def _answer(instance: Instance, done: Done, sql: str, host: str) -> Entity | None:
    result = done.result
    statement = f"{result.statement};" if result else sql.strip()
    if done.command is not None:
        return entities.command_status(done, statement)
    if result is None:
        return None
    shown = _SHOWN.get(result.kind)
    if shown is not None:
        kind, field, collect = shown
        return entity(kind, statement, **{field: collect(instance)})
    return _other(instance, result, statement, host)


def _other(instance: Instance, result: StatementResult, statement: str, host: str) -> Entity | None:
    if result.kind == "DESCRIBE" and result.source is not None:
        described = entities.source_description(instance, result.source, extended=result.extended)
        return entity("sourceDescription", statement, sourceDescription=described)
    if result.kind == "EXPLAIN" and result.query is not None:
        explained = entities.query_description(instance, result.query, host)
        return entity("queryDescription", statement, queryDescription=explained)
    if result.kind == "CREATE":
        return entity("warning_entity", statement, message=result.message)
    if result.kind == "DROP":
        return entities.nothing_to_drop(result, statement)
    if result.kind in _SILENT:
        return None
    message = f"{result.kind.replace('_', ' ')} is not answered by this server"
    raise ApiError(BAD_STATEMENT, message, statement)


_SILENT: Final = frozenset({"INSERT_VALUES", "SET", "UNSET"})

_SHOWN: Final[dict[str, tuple[str, str, Callable[[Instance], Any]]]] = {
    "SHOW_STREAMS": ("streams", "streams", lambda instance: entities.sources(instance, "STREAM")),
    "SHOW_TABLES": ("tables", "tables", lambda instance: entities.sources(instance, "TABLE")),
    "SHOW_QUERIES": ("queries", "queries", entities.queries),
    "SHOW_TOPICS": ("kafka_topics", "topics", entities.topics),
    "SHOW_TYPES": ("type_list", "types", entities.types),
    "SHOW_FUNCTIONS": ("function_names", "functions", entities.functions),
    "SHOW_PROPERTIES": ("properties", "properties", entities.properties),
}
"""For each SHOW: the answer's type, its field, and what is in it."""
