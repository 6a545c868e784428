"""The outputs of a stack, as its readers take them back."""

import json

import pytest

from infra import outputs
from infra.errors import LabError

COMPLETE = dict.fromkeys(outputs.StackOutputs.model_fields, "x")


def test_outputs_are_read_and_their_secrets_do_not_print() -> None:
    read = outputs.parse(json.dumps({**COMPLETE, "hec_token": "the token"}))
    assert read.hec_token.get_secret_value() == "the token"
    assert "the token" not in repr(read)


@pytest.mark.parametrize("text", ["", "{}", '{"kafka_bootstrap": "x"}'])
def test_a_stack_that_is_not_up_is_told_so(text: str) -> None:
    with pytest.raises(LabError, match=r"not completely up(.|\n)*\./lab up"):
        outputs.parse(text)


def test_every_secret_output_exists() -> None:
    assert set(outputs.StackOutputs.model_fields) >= outputs.SECRETS
