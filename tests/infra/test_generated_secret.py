"""Secrets that nobody chose."""

import uuid

from infra.generated_secret import SecretProvider


def test_a_secret_is_made_once_and_changed_only_by_another_generation() -> None:
    provider = SecretProvider()
    inputs = {"kind": "password", "generation": 1}
    made = provider.create(inputs).outs or {}
    assert len(made["value"]) >= 43
    assert not provider.diff("", made, inputs).changes
    assert provider.diff("", made, {**inputs, "generation": 2}).changes
    assert (provider.update("", made, {**inputs, "generation": 2}).outs or {})["value"] != made["value"]


def test_a_token_is_a_uuid() -> None:
    made = SecretProvider().create({"kind": "uuid", "generation": 1}).outs or {}
    assert uuid.UUID(made["value"]).version == 4
