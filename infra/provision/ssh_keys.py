"""Ed25519 keys for machines that the lab makes: the user's, and the host's, so that it is known at once."""

import base64
from dataclasses import dataclass, field
from typing import Any

import pulumi
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pulumi.dynamic import Resource

from infra.provider import Inputs, StateProvider
from infra.provision.ssh_trust import fingerprint_of


@dataclass(frozen=True)
class SshKeyPair:
    """A key as OpenSSH writes it: the private one, the public line, and the fingerprint (`SHA256:…`)."""

    private_key: str = field(repr=False)
    public_key: str
    fingerprint: str


def make_key(comment: str) -> SshKeyPair:
    """Make an ed25519 key."""
    made = Ed25519PrivateKey.generate()
    private = made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.OpenSSH,
        serialization.NoEncryption(),
    )
    public = made.public_key().public_bytes(
        serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    )
    known = fingerprint_of(base64.b64decode(public.split()[1]))
    return SshKeyPair(private.decode(), f"{public.decode()} {comment}\n", known)


class KeyInputs(Inputs):
    """The comment that stands behind the public key."""

    comment: str


class KeyProvider(StateProvider[KeyInputs]):
    """Makes keys."""

    inputs = KeyInputs

    def issue(self, wanted: KeyInputs) -> dict[str, Any]:
        """Make a key."""
        made = make_key(wanted.comment)
        return {
            "private_key": made.private_key,
            "public_key": made.public_key,
            "fingerprint": made.fingerprint,
        }


class SshKey(Resource, module="lab", name="SshKey"):
    """An ed25519 key that is kept in the state, its private part encrypted."""

    private_key: pulumi.Output[str]
    public_key: pulumi.Output[str]
    fingerprint: pulumi.Output[str]

    def __init__(self, name: str, comment: str, opts: pulumi.ResourceOptions | None = None) -> None:
        secret = pulumi.ResourceOptions(additional_secret_outputs=["private_key"])
        facts = {"private_key": None, "public_key": None, "fingerprint": None}
        super().__init__(
            KeyProvider(), name, {"comment": comment, **facts}, pulumi.ResourceOptions.merge(opts, secret)
        )
