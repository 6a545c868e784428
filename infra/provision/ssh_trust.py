"""Which SSH host keys we trust: pinned at the first contact, said aloud, and enforced from then on."""

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path

import paramiko

from infra.provision.host import AuthenticationError


def fingerprint(key: paramiko.PKey) -> str:
    """A key's fingerprint as OpenSSH prints it."""
    return fingerprint_of(key.asbytes())


def fingerprint_of(blob: bytes) -> str:
    """The fingerprint of a public key in SSH's wire format: `SHA256:` and unpadded base64."""
    digest = hashlib.sha256(blob).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


class PinOnFirstContact(paramiko.MissingHostKeyPolicy):
    """Pin an unknown host's key; where a fingerprint is configured, that one decides, and nothing is pinned.

    A key that differs from the pinned one never comes here: paramiko refuses it before.

    Args:
        pins: the known_hosts file of this stack.
        expected: the fingerprint that the configuration demands, or None.
        tell: is told about a key that is trusted because it was the first.
        pinning: whether such a key is pinned, or just told.
    """

    def __init__(
        self, pins: Path, expected: str | None, tell: Callable[[str], None], *, pinning: bool = True
    ) -> None:
        self._pinning = pinning
        self._pins = pins
        self._expected = expected
        self._tell = tell

    def missing_host_key(self, client: paramiko.SSHClient, hostname: str, key: paramiko.PKey) -> None:
        """Let the configured key pass, pin the first one, or refuse.

        Raises:
            AuthenticationError: it is not the key that the configuration demands.
        """
        seen = fingerprint(key)
        if self._expected is not None and seen != self._expected:
            raise AuthenticationError(
                f"{hostname} shows the host key {seen}, and the configuration demands {self._expected}",
                "If the machine was built anew, set its new fingerprint (`ssh-keygen -lf` tells it).",
            )
        if self._expected is not None:
            return
        if not self._pinning:
            self._tell(f"its host key is {seen}, which the first up will pin")
            return
        self._tell(f"{hostname}: first contact; its host key {seen} is trusted from now on ({self._pins})")
        keys = client.get_host_keys()
        keys.add(hostname, key.get_name(), key)
        self._pins.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        keys.save(str(self._pins))
        self._pins.chmod(0o600)
