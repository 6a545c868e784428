"""The base of the lab's own resources: typed inputs, a diff by content, errors that a user can read."""

import sys
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import Unknown
from pydantic import BaseModel, ConfigDict, ValidationError

from infra.errors import LabError, of_system


class Inputs(BaseModel):
    """What a resource is asked to be. Equal inputs are equal resources: contents, not the clock."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


I = TypeVar("I", bound=Inputs)  # noqa: E741  # I as in inputs
T = TypeVar("T")


@dataclass(frozen=True)
class Made:
    """A resource as it is: its id, and what became known by making it."""

    id: str
    facts: dict[str, Any] = field(default_factory=dict)


class lab(Exception):  # noqa: N801, N818  # its name is what the user reads before the message
    """An error on its way to the user's screen."""

    __module__ = "builtins"


class LabProvider(ResourceProvider, Generic[I]):
    """Create, read, update, diff and delete of one kind of resource.

    A subclass names its `inputs` and implements `make`, `find`, `change` and `remove`. It has to live in an
    importable module and hold nothing: Pulumi pickles it (by reference) into the stack's state, and runs it
    in a process of its own. Secrets therefore travel as inputs and facts, which Pulumi encrypts.
    """

    serialize_as_secret_always = False
    inputs: ClassVar[type[Inputs]]
    replace_on: ClassVar[frozenset[str]] = frozenset()
    """The inputs that make another resource when they change."""

    def make(self, wanted: I) -> Made:
        """Make the resource; what an interrupted attempt left behind is taken over."""
        raise NotImplementedError

    def find(self, made: Made, wanted: I) -> Made | None:
        """Look at the resource as it is now; None when it is gone.

        Facts named like inputs tell of drift: the next diff compares them with what is wanted.
        """
        raise NotImplementedError

    def change(self, made: Made, had: I, wanted: I) -> dict[str, Any]:
        """Turn the resource into what is wanted now; returns its facts."""
        raise NotImplementedError

    def remove(self, made: Made, had: I) -> None:
        """Remove the resource; that it is gone already is success."""
        raise NotImplementedError

    def outdated(self, facts: dict[str, Any]) -> bool:
        """Whether the resource has to be renewed although nothing else was asked for."""
        del facts
        return False

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Validate the inputs as far as they are known yet."""
        known = {key: value for key, value in news.items() if not _unknown(value)}
        try:
            self.inputs.model_validate(known)
        except ValidationError as error:
            failures = [
                CheckFailure(str(detail["loc"][0]), detail["msg"])
                for detail in error.errors(include_input=False, include_url=False)
                if detail["type"] != "missing" or detail["loc"][0] not in news
            ]
            return CheckResult(news, failures)
        return CheckResult(news, [])

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Compare what is with what is wanted, input by input.

        What is not known yet replaces nothing. Before Pulumi replaces a resource, it asks with unknowns for
        what hangs on it, and removes that first if it would be replaced: an index with its events, because
        Splunk's container gets another certificate. Once known, the input is mostly what it was.
        """
        differing = [key for key in self.inputs.model_fields if olds.get(key) != news.get(key)]
        return DiffResult(
            changes=bool(differing) or _guarded(lambda: self.outdated(olds)),
            replaces=[key for key in differing if key in self.replace_on and not _unknown(news.get(key))],
            delete_before_replace=True,
        )

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Make the resource."""
        made = _guarded(lambda: self.make(self._parse(props)))
        return CreateResult(made.id, {**props, **made.facts})

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Look at the resource as it is."""
        found = _guarded(lambda: self.find(Made(id_, props), self._parse(props)))
        return ReadResult("", {}) if found is None else ReadResult(found.id, {**props, **found.facts})

    def update(self, id_: str, olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Change the resource in place."""
        facts = _guarded(lambda: self.change(Made(id_, olds), self._parse(olds), self._parse(news)))
        return UpdateResult({**news, **facts})

    def delete(self, id_: str, props: dict[str, Any]) -> None:
        """Remove the resource."""
        _guarded(lambda: self.remove(Made(id_, props), self._parse(props)))

    def _parse(self, props: dict[str, Any]) -> I:
        return self.inputs.model_validate(props)  # type: ignore[return-value]  # a subclass's inputs are its I


class StateProvider(LabProvider[I]):
    """Makes what is kept in the stack's state and nowhere else: keys, certificates, passwords."""

    def issue(self, wanted: I) -> dict[str, Any]:
        """Make its facts."""
        raise NotImplementedError

    def make(self, wanted: I) -> Made:
        """Make it; the id is random, for it names nothing outside the state."""
        return Made(uuid.uuid4().hex, self.issue(wanted))

    def find(self, made: Made, wanted: I) -> Made:
        """Find it where it is kept."""
        del wanted
        return made

    def change(self, made: Made, had: I, wanted: I) -> dict[str, Any]:
        """Make another in its place."""
        del made, had
        return self.issue(wanted)

    def remove(self, made: Made, had: I) -> None:
        """Nothing is kept outside the state."""


def _unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(_unknown(item) for item in value)
    return isinstance(value, Unknown)


def _guarded(action: Callable[[], T]) -> T:
    """Run an action; an error that its user can act on reaches the screen as its message alone.

    Pulumi's process for dynamic providers formats the traceback of whatever is raised; a limit of 0, which is
    of no consequence elsewhere in that process, leaves the message.
    """
    try:
        return action()
    except (LabError, OSError) as error:
        if _is_pulumis_process():
            sys.tracebacklimit = 0
        raise lab(str(error if isinstance(error, LabError) else of_system(error))) from None
    except Exception:
        if _is_pulumis_process():
            sys.tracebacklimit = None
        raise


def _is_pulumis_process() -> bool:
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    return spec is not None and spec.name.startswith("pulumi.dynamic")
