"""What the files of ksql/ ask for: statements in order, what each makes, and what each stands on."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from infra.errors import ConfigurationError
from infra.pipeline.ksql.lexing import SourceText, Token, split
from infra.pipeline.ksql.variables import Session, unquote

Kind = Literal["STREAM", "TABLE", "TYPE", "INSERT"]
CREATABLE: Final = {"STREAM", "TABLE", "TYPE"}


class Statement(BaseModel):
    """One statement that makes something.

    `text` is what is sent. `name` is the stream, table or type that is made, or that an INSERT INTO writes
    to; `reads` are the names it stands on.
    """

    model_config = ConfigDict(frozen=True)

    file: str
    line: int
    kind: Kind
    name: str
    text: str
    properties: dict[str, str]
    reads: list[str]

    @property
    def normal(self) -> str:
        """The text on one line, without comments: what two versions are compared by."""
        return " ".join(source.normal for source in split(self.file, self.text))

    @property
    def key(self) -> str:
        """What stays the same when the statement is edited; an INSERT INTO is known by its text alone."""
        return f"INSERT {self.normal}" if self.kind == "INSERT" else f"{self.kind} {self.name}"

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.file}, line {self.line}"

    def same_as(self, other: "Statement") -> bool:
        """Whether two versions ask for the same thing."""
        return self.normal == other.normal and self.properties == other.properties


def read_folder(
    folder: Path, overrides: Mapping[str, str], more: Iterable[tuple[str, str]] = ()
) -> list[Statement]:
    """Read the *.ksql files of a folder in the order of their names, then `more`, given as name and text.

    Raises:
        ConfigurationError: there are none, or as `read` does.
    """
    files = sorted(folder.glob("*.ksql"))
    if not files:
        raise ConfigurationError(f"there are no .ksql files in {folder}", "Name the folder that has them.")
    written = [(path.name, path.read_text(encoding="utf-8")) for path in files]
    return read([*written, *more], overrides)


def read(files: Iterable[tuple[str, str]], overrides: Mapping[str, str]) -> list[Statement]:
    """Read files, given as name and text; `overrides` are values for the variables that they DEFINE.

    Raises:
        ConfigurationError: a statement that is not well formed or makes nothing, two that make the same, or
            an override of a variable that no file defines.
    """
    session = Session({name.lower(): value for name, value in overrides.items()})
    found: dict[str, Statement] = {}
    for file, text in files:
        for source in split(file, text):
            if session.take(source):
                continue
            statement = _interpret(source, session, found.values())
            twin = found.get(statement.key)
            if twin is not None:
                raise ConfigurationError(
                    f"{statement.place}: {statement.kind} {statement.name} is made at {twin.place} already",
                    "Remove one of the two.",
                )
            found[statement.key] = statement
    unknown = session.overrides.keys() - session.variables.keys()
    if unknown:
        raise ConfigurationError(
            f"no .ksql file defines the variable {', '.join(sorted(unknown))}",
            "Write DEFINE for it in the first file of ksql/, or do not configure it.",
        )
    return list(found.values())


def _interpret(source: SourceText, session: Session, before: Iterable[Statement]) -> Statement:
    substituted = split(source.file, session.substitute(source.text, source) + ";")
    if len(substituted) != 1:
        raise ConfigurationError(
            f"{source.file}, line {source.line}: a variable's value ends the statement with a semicolon",
            "Take the semicolon out of the value.",
        )
    text = substituted[0]
    kind, name = _made(text, source)
    named = _identifiers(text.words)
    reads = [other.name for other in before if other.kind != "INSERT" and other.name in named]
    return Statement(
        file=source.file,
        line=source.line,
        kind=kind,
        name=name,
        text=text.text + ";",
        properties=dict(session.properties),
        reads=[other for other in dict.fromkeys(reads) if other != name or kind == "INSERT"],
    )


def _made(text: SourceText, source: SourceText) -> tuple[Kind, str]:
    words = [token.text.upper() for token in text.words]
    if words[0] == "CREATE":
        rest = words[1:]
        skipped = 1
        for optional in (["OR", "REPLACE"], ["SOURCE"]):
            if rest[: len(optional)] == optional:
                rest = rest[len(optional) :]
                skipped += len(optional)
        if rest and rest[0] in CREATABLE:
            position = skipped + (4 if rest[1:4] == ["IF", "NOT", "EXISTS"] else 1)
            if position < len(text.words):
                return rest[0], identifier(text.words[position])  # type: ignore[return-value]
    if words[:2] == ["INSERT", "INTO"] and "SELECT" in words:
        return "INSERT", identifier(text.words[2])
    raise ConfigurationError(
        f"{source.file}, line {source.line}: {' '.join(words[:3])} makes nothing that lasts",
        "These files may hold CREATE STREAM, TABLE or TYPE, INSERT INTO ... SELECT, DEFINE and SET.",
    )


def identifier(token: Token) -> str:
    """A name as ksqlDB keeps it: in capitals unless it is quoted."""
    return unquote(token) if token.kind == "quoted" else token.text.upper()


def _identifiers(words: Iterable[Token]) -> set[str]:
    return {identifier(token) for token in words if token.kind in {"word", "quoted"}}
