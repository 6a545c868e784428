"""What the engine refuses, and why: the statement, the place in it, and the feature."""


class KsqlError(Exception):
    """A statement that is not carried out.

    Args:
        message: what is wrong and what to do, in words of the language.
        statement: the whole text of the statement; empty until the engine knows it.
        line: line in the text given to the engine, from 1; 0 when unknown.
        column: column in that line, from 1; 0 when unknown.
        feature: the feature of the language that is concerned, for instance `AVRO`; empty when none.
    """

    def __init__(
        self, message: str, statement: str = "", line: int = 0, column: int = 0, feature: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.statement = statement
        self.line = line
        self.column = column
        self.feature = feature

    def __str__(self) -> str:
        """The message, preceded by its place and followed by the statement where they are known."""
        place = f"line {self.line}:{self.column}: " if self.line else ""
        statement = f"\nStatement: {self.statement}" if self.statement else ""
        return f"{place}{self.message}{statement}"


class InvalidError(KsqlError):
    """A statement that ksqlDB refuses too: bad syntax, an unknown name, a type that does not fit."""


class TopicError(InvalidError):
    """A topic is not as the statement needs it, which ksqlDB answers as an error of the server."""


class UnknownTopicError(InvalidError):
    """The topic of a declaration does not exist, which ksqlDB answers as an error of the request."""


class UpgradeError(InvalidError):
    """A query cannot go on in another's place, which ksqlDB answers as an error of the request."""


class UnsupportedError(KsqlError):
    """A statement that ksqlDB accepts and this engine does not; `feature` names what is missing."""


class DataError(Exception):
    """A record that cannot be read as its source says; becomes a dead letter, never stops a query."""
