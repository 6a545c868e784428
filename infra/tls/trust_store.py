"""A Java key store that trusts one CA and nobody else, as a resource: its bytes differ at every making."""

import base64
from typing import Any

import pulumi
from cryptography import x509
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from pulumi.dynamic import Resource

from infra.provider import Inputs, StateProvider


class TrustStoreInputs(Inputs):
    """The CA (PEM) to trust."""

    authority: str


class TrustStoreProvider(StateProvider[TrustStoreInputs]):
    """Makes trust stores."""

    inputs = TrustStoreInputs

    def issue(self, wanted: TrustStoreInputs) -> dict[str, Any]:
        """Make the store."""
        return {"content_base64": java_trust_store(wanted.authority)}


def java_trust_store(authority: str) -> str:
    """The store (PKCS #12, base64). It holds nothing secret and is read without a password."""
    certificate = x509.load_pem_x509_certificate(authority.encode())
    entry = pkcs12.PKCS12Certificate(certificate, b"lab")
    return base64.b64encode(pkcs12.serialize_java_truststore([entry], NoEncryption())).decode()


class TrustStore(Resource, module="lab", name="TrustStore"):
    """A trust store; `content_base64` is the file."""

    content_base64: pulumi.Output[str]

    def __init__(
        self, name: str, authority: pulumi.Input[str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(TrustStoreProvider(), name, {"authority": authority, "content_base64": None}, opts)
