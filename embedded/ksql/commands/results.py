"""The result of a statement."""

from typing import Any

from embedded.ksql.language import statements as ast
from embedded.ksql.result import StatementKind, StatementResult


def result(statement: ast.Statement, kind: StatementKind, **more: Any) -> StatementResult:
    """What a statement did; `more` are fields of StatementResult."""
    return StatementResult(statement.text, kind, **more)
