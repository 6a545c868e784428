"""A trust store is read without a password and trusts just the one CA."""

import base64

from cryptography.hazmat.primitives.serialization import pkcs12

from infra.tls.certificates import make_authority
from infra.tls.trust_store import java_trust_store


def test_the_store_holds_the_ca_and_nothing_else() -> None:
    authority = make_authority("trusted", 2)
    store = pkcs12.load_pkcs12(base64.b64decode(java_trust_store(authority.certificate)), b"")
    assert store.key is None
    assert store.cert is None
    (entry,) = store.additional_certs
    assert entry.certificate.subject.rfc4514_string() == "CN=trusted"
