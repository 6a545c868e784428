"""The lab's certificates, in real TLS handshakes."""

import datetime as dt
import socket
import ssl
import threading
from pathlib import Path

import pytest
from cryptography import x509

from infra.errors import LabError
from infra.private_file import write_private
from infra.tls.certificates import KeyPair, days_left, make_authority, make_leaf


@pytest.fixture(scope="module")
def authority() -> KeyPair:
    return make_authority("a lab", 3650)


def handshake(leaf: KeyPair, trusted: str, name: str, folder: Path) -> None:
    """Connect to a server with this leaf as a client that trusts this CA and asks for this name."""
    write_private(folder / "leaf.crt", leaf.certificate)
    write_private(folder / "leaf.key", leaf.private_key)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "leaf.crt", folder / "leaf.key")
    client = ssl.create_default_context(cadata=trusted)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    near, far = socket.socketpair()

    def serve() -> None:
        try:
            server.wrap_socket(far, server_side=True).close()
        except OSError:
            far.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        client.wrap_socket(near, server_hostname=name).close()
    finally:
        near.close()
        thread.join()


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1"])
def test_a_client_that_trusts_the_ca_accepts_every_host_of_the_leaf(
    authority: KeyPair, name: str, tmp_path: Path
) -> None:
    leaf = make_leaf(authority, "splunk", ["localhost", "127.0.0.1", "::1"], 30)
    handshake(leaf, authority.certificate, name, tmp_path)


def test_another_host_is_refused(authority: KeyPair, tmp_path: Path) -> None:
    leaf = make_leaf(authority, "splunk", ["localhost"], 30)
    with pytest.raises(ssl.SSLCertVerificationError, match="match"):
        handshake(leaf, authority.certificate, "127.0.0.1", tmp_path)


def test_another_labs_ca_is_refused(authority: KeyPair, tmp_path: Path) -> None:
    leaf = make_leaf(authority, "splunk", ["localhost"], 30)
    other = make_authority("a lab", 3650)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(leaf, other.certificate, "localhost", tmp_path)


def test_a_leaf_signs_nothing(authority: KeyPair, tmp_path: Path) -> None:
    leaf = make_leaf(authority, "splunk", ["localhost"], 30)
    forged = make_leaf(leaf, "forged", ["localhost"], 30)
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(forged, authority.certificate, "localhost", tmp_path)


def test_a_leaf_does_not_outlive_its_authority() -> None:
    short = make_authority("short", 10)
    leaf = make_leaf(short, "splunk", ["localhost"], 397)
    now = dt.datetime.now(dt.UTC)
    assert days_left(leaf.certificate, now) == days_left(short.certificate, now)


def test_days_left_counts_down_and_below_zero(authority: KeyPair) -> None:
    leaf = make_leaf(authority, "splunk", ["localhost"], 30)
    end = x509.load_pem_x509_certificate(leaf.certificate.encode()).not_valid_after_utc
    assert days_left(leaf.certificate, end - dt.timedelta(days=2)) == pytest.approx(2)
    assert days_left(leaf.certificate, end + dt.timedelta(days=1)) == pytest.approx(-1)


def test_a_leaf_without_hosts_or_with_a_foreign_key_is_refused(authority: KeyPair) -> None:
    with pytest.raises(LabError, match="no host name"):
        make_leaf(authority, "splunk", [], 30)
    foreign = KeyPair(authority.certificate, make_authority("b", 1).private_key)
    with pytest.raises(LabError, match="do not belong together"):
        make_leaf(foreign, "splunk", ["localhost"], 30)
