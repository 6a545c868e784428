"""Passwords and tokens that nobody chose: made once, kept encrypted in the state, never shown."""

import secrets
import uuid
from typing import Any, Literal

import pulumi
from pulumi.dynamic import Resource

from infra.provider import Inputs, StateProvider


class SecretInputs(Inputs):
    """What the secret looks like. Another `generation` makes another one: that is how a secret is changed."""

    kind: Literal["password", "uuid"]
    generation: int = 1


class SecretProvider(StateProvider[SecretInputs]):
    """Makes secrets."""

    inputs = SecretInputs

    def issue(self, wanted: SecretInputs) -> dict[str, Any]:
        """Make one from the operating system's random numbers: 256 bits, or a version 4 UUID's 122."""
        # uuid4 reads os.urandom; Splunk writes HEC tokens as UUIDs
        value = str(uuid.uuid4()) if wanted.kind == "uuid" else secrets.token_urlsafe(32)
        return {"value": value}


class GeneratedSecret(Resource, module="lab", name="GeneratedSecret"):
    """A generated password or UUID; `value` is a secret output."""

    value: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        kind: Literal["password", "uuid"],
        *,
        generation: int = 1,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        props = {"kind": kind, "generation": generation, "value": None}
        secret = pulumi.ResourceOptions(additional_secret_outputs=["value"])
        super().__init__(SecretProvider(), name, props, pulumi.ResourceOptions.merge(opts, secret))
