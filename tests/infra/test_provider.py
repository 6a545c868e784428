"""What every resource of the lab has in common, as Pulumi meets it."""

import base64
import pickle
from pathlib import Path
from typing import Any

import pytest
from pulumi.dynamic.dynamic import serialize_provider
from pulumi.output import UNKNOWN

from infra.errors import RefusedError
from infra.generated_secret import SecretProvider
from infra.logging_server.embedded.process import ProcessProvider
from infra.logging_server.embedded.supervisor import SupervisorProvider
from infra.pipeline.connect.sink import SinkProvider
from infra.pipeline.ksql.resource import KsqlProvider
from infra.pipeline.splunk.index import IndexProvider
from infra.pipeline.splunk.token import TokenProvider
from infra.private_file import FileProvider
from infra.provider import Inputs, LabProvider, Made
from infra.tls.resources import AuthorityProvider, LeafProvider

PROVIDERS = [
    AuthorityProvider,
    FileProvider,
    IndexProvider,
    KsqlProvider,
    LeafProvider,
    ProcessProvider,
    SecretProvider,
    SinkProvider,
    SupervisorProvider,
    TokenProvider,
]


class ThingInputs(Inputs):
    size: int
    password: str = ""


class ThingProvider(LabProvider[ThingInputs]):
    inputs = ThingInputs
    replace_on = frozenset({"password"})

    def make(self, wanted: ThingInputs) -> Made:
        if wanted.size < 0:
            raise RefusedError("a thing cannot be smaller than nothing", "Ask for a size from 0.")
        return Made("thing", {"weight": wanted.size * 2})


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_provider_is_kept_by_reference_and_holds_nothing(provider: type[LabProvider[Any]]) -> None:
    kept = base64.b64decode(serialize_provider(provider()))
    assert kept == base64.b64decode(serialize_provider(provider())), "or every up would be a change"
    assert isinstance(pickle.loads(kept), provider)  # noqa: S301  # our own, made the line above
    assert len(kept) < 200


def test_what_is_not_known_before_the_up_is_no_failure_of_a_preview() -> None:
    checked = ThingProvider().check({}, {"size": UNKNOWN, "password": "x"})
    assert checked.failures == []
    assert ThingProvider().diff("", {"size": 1}, {"size": UNKNOWN}).changes


def test_a_wrong_input_is_told_by_its_name_and_without_its_value() -> None:
    failures = ThingProvider().check({}, {"size": "large", "password": "hush"}).failures
    assert [failure.property for failure in failures] == ["size"]
    missing = ThingProvider().check({}, {"password": "hush"}).failures
    assert [failure.property for failure in missing] == ["size"]
    with pytest.raises(ValueError, match="size") as error:
        ThingProvider().create({"size": "hush"})
    assert "hush" not in str(error.value)


def test_facts_are_kept_beside_the_inputs() -> None:
    made = ThingProvider().create({"size": 3, "password": ""})
    assert made.outs == {"size": 3, "password": "", "weight": 6}
    assert not ThingProvider().diff("thing", made.outs or {}, {"size": 3, "password": ""}).changes


def test_another_value_of_an_input_that_is_for_life_makes_another_resource() -> None:
    diff = ThingProvider().diff("thing", {"size": 3, "password": "a"}, {"size": 4, "password": "b"})
    assert diff.replaces == ["password"]


def test_what_is_not_known_yet_removes_nothing_that_it_may_be_equal_to() -> None:
    diff = ThingProvider().diff("", {"size": 1, "password": "x"}, {"size": 1, "password": UNKNOWN})
    assert diff.changes
    assert diff.replaces == []


def test_an_error_is_its_message_and_has_no_chain_of_causes() -> None:
    with pytest.raises(Exception, match=r"^a thing cannot be smaller than nothing\nAsk for a size") as error:
        ThingProvider().create({"size": -1})
    assert type(error.value).__name__ == "lab"
    assert error.value.__suppress_context__


def test_what_the_system_refuses_is_told_like_any_other_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    inputs = {"path": str(tmp_path / "file" / "inside"), "content": "x"}
    with pytest.raises(Exception, match=r"^the system says: .*: .*file.*\nWhen that is mended") as told:
        FileProvider().create(inputs)
    assert type(told.value).__name__ == "lab"
