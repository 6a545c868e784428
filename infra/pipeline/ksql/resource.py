"""The files of ksql/ as one resource: a changed file updates just its statements and what stands on them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pulumi
from pulumi.dynamic import DiffResult, Resource

from infra.errors import UnreachableError
from infra.pipeline.ksql.application import APPLIED, Applied, Journal, broken, drop, make
from infra.pipeline.ksql.changes import plan
from infra.pipeline.ksql.client import KsqlClient
from infra.pipeline.ksql.statements import Statement, read_folder
from infra.provider import Inputs, LabProvider, Made


class KsqlInputs(Inputs):
    """A server, and the statements that shall be in force on it.

    `instance` names the server's data: on another instance nothing of the former is left.
    """

    url: str
    instance: str
    statements: list[Statement]
    journal: str
    delete_topics: bool = False
    ca_certificate: str | None = None
    user: str | None = None
    password: str | None = None

    def client(self) -> KsqlClient:
        """A client of the server."""
        auth = (self.user, self.password) if self.user and self.password else None
        return KsqlClient(self.url, self.ca_certificate, auth)


class KsqlProvider(LabProvider[KsqlInputs]):
    """Puts statements in force."""

    inputs = KsqlInputs
    replace_on = frozenset({"url", "instance"})

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare statement by statement; where one stands in its file is no difference."""
        return super().diff(_id, _without_places(olds), _without_places(news))

    def make(self, wanted: KsqlInputs) -> Made:
        """Carry out every statement, after taking back what an interrupted run left."""
        client, journal = wanted.client(), Journal(Path(wanted.journal))
        drop(client, reversed(journal.read()), delete_topics=False)
        applied = make(client, wanted.statements, journal)
        journal.close()
        return Made(client.url, _facts(applied))

    def find(self, made: Made, wanted: KsqlInputs) -> Made:
        """Compare with SHOW STREAMS, TABLES and QUERIES; a server that is down now tells nothing."""
        applied = APPLIED.validate_python(made.facts.get("applied", []))
        try:
            lost = broken(wanted.client(), applied)
        except UnreachableError:
            return made
        sound = [statement.model_dump() for statement in wanted.statements if statement.key not in lost]
        return Made(made.id, {"statements": sound, **_facts(applied, lost)})

    def change(self, made: Made, had: KsqlInputs, wanted: KsqlInputs) -> dict[str, Any]:
        """Drop what changed and what stands on it, last first; make it again, in order."""
        del had
        client, journal = wanted.client(), Journal(Path(wanted.journal))
        applied = APPLIED.validate_python(made.facts.get("applied", []))
        drop(client, reversed(journal.read()), delete_topics=False)
        changes = plan(applied, broken(client, applied), wanted.statements)
        going = {statement.key for statement in changes.drop}
        drop(
            client,
            [statement for statement in reversed(applied) if statement.key in going],
            delete_topics=wanted.delete_topics,
        )
        fresh = {statement.key: statement for statement in make(client, changes.make, journal)}
        kept = {statement.key: statement for statement in applied}
        journal.close()
        return _facts([fresh.get(s.key) or _moved(kept[s.key], s) for s in wanted.statements])

    def remove(self, made: Made, had: KsqlInputs) -> None:
        """Terminate and drop everything, in reverse order."""
        applied = APPLIED.validate_python(made.facts.get("applied", []))
        client, journal = had.client(), Journal(Path(had.journal))
        drop(client, reversed([*applied, *journal.read()]), delete_topics=had.delete_topics)
        journal.close()


def _facts(applied: list[Applied], lost: frozenset[str] = frozenset()) -> dict[str, Any]:
    return {
        "applied": [statement.model_dump() for statement in applied],
        "broken": sorted(lost),
    }


def _moved(applied: Applied, wanted: Statement) -> Applied:
    """A statement that stayed in force while its place in the files changed."""
    return applied.model_copy(update={"file": wanted.file, "line": wanted.line, "text": wanted.text})


def _without_places(props: dict[str, Any]) -> dict[str, Any]:
    statements = props.get("statements")
    if not isinstance(statements, list):
        return props
    bare = [
        {"key": statement.key, "normal": statement.normal, "properties": statement.properties}
        for statement in map(Statement.model_validate, statements)
    ]
    return {**props, "statements": bare}


class KsqlStatements(Resource, module="lab", name="KsqlStatements"):
    """The *.ksql files of a folder and `more` statements, in force on a ksqlDB server.

    `variables` override what the files DEFINE.
    """

    def __init__(
        self,
        name: str,
        *,
        folder: Path,
        more: Sequence[tuple[str, str]] = (),
        url: pulumi.Input[str],
        instance: pulumi.Input[str],
        journal: Path,
        variables: Mapping[str, str],
        ca_certificate: pulumi.Input[str] | None = None,
        user: pulumi.Input[str] | None = None,
        password: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        props = {
            "url": url,
            "instance": instance,
            "statements": [statement.model_dump() for statement in read_folder(folder, variables, more)],
            "journal": str(journal),
            "delete_topics": False,
            "ca_certificate": ca_certificate,
            "user": user,
            "password": None if password is None else pulumi.Output.secret(password),
            "applied": None,
        }
        super().__init__(KsqlProvider(), name, props, opts)
