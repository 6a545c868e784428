"""Whom the sink trusts: the certificates of a Java trust store in PKCS #12.

The real connector opens the file with `KeyStore.getInstance(type)`: PKCS12, or JKS, which since Java 9 reads
PKCS #12 files too. JKS's own, older format is not read here.
"""

import ssl
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding, pkcs12

from embedded.connect.errors import TaskError

TYPES: Final = frozenset({"JKS", "PKCS12"})


def verifying(path: str, password: str) -> ssl.SSLContext:
    """A TLS context that trusts just the certificates of the store and checks the server's name.

    Raises:
        TaskError: the store cannot be read or opened, or has no certificate in it.
    """
    try:
        store = pkcs12.load_pkcs12(Path(path).read_bytes(), password.encode())
    except (OSError, ValueError) as error:
        message = f"The trust store {path} cannot be opened: {error}."
        raise TaskError(message, "It must be PKCS #12, with the password of the configuration.") from error
    trusted = [entry.certificate for entry in store.additional_certs]
    if store.cert is not None:
        trusted.append(store.cert.certificate)
    if not trusted:
        raise TaskError(f"The trust store {path} holds no certificate.", "Add the CA's certificate to it.")
    pem = "".join(certificate.public_bytes(Encoding.PEM).decode() for certificate in trusted)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pem)
    return context
