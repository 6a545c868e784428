"""Errors as ksqlDB's API answers them."""

from collections.abc import Sequence
from typing import Any, Final

from embedded.ksql.errors import KsqlError, TopicError, UnknownTopicError, UpgradeError

BAD_REQUEST: Final = 40000
BAD_STATEMENT: Final = 40001
QUERY_ENDPOINT: Final = 40002
NOT_FOUND: Final = 40400
NOT_ACCEPTABLE: Final = 40600
SERVER_ERROR: Final = 50000
CATCH_UP_TIMEOUT: Final = 50301
NOT_READY: Final = 50302
"""ksqlDB's error codes: the HTTP status and two digits more."""


class ApiError(Exception):
    """An answer that is an error.

    Args:
        code: ksqlDB's error code, one of this module's.
        message: what is wrong and what to do.
        statement: the statement that is concerned; None when the request as a whole is.
        entities: the answers of the statements before it that were carried out.
    """

    def __init__(
        self, code: int, message: str, statement: str | None = None, entities: Sequence[Any] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.statement = statement
        self.entities = entities

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.code // 100

    def body(self) -> dict[str, Any]:
        """The JSON object that ksqlDB answers with."""
        body: dict[str, Any] = {"@type": "generic_error", "error_code": self.code, "message": self.message}
        if self.statement is not None:
            body["@type"] = "statement_error"
            body |= {"statementText": self.statement, "entities": list(self.entities)}
        return body


def refused(error: KsqlError, sql: str) -> ApiError:
    """A statement that the engine has refused, with the place in the request where that is known."""
    place = f"line {error.line}:{error.column}: " if error.line else ""
    if isinstance(error, UnknownTopicError | UpgradeError):
        return ApiError(BAD_REQUEST, error.message)
    code = SERVER_ERROR if isinstance(error, TopicError) else BAD_STATEMENT
    statement = f"{error.statement.rstrip().removesuffix(';')};" if error.statement else sql
    return ApiError(code, f"{place}{error.message}", statement)
