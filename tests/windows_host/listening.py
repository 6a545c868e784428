"""A model of a Windows host behind a real listener, as a context."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.windows_host.model import WindowsHost
from tests.windows_host.server import Server
from tests.windows_host.shells import Shells

USER = r"LAB\analyst"
PASSWORD = "correct horse"


@contextmanager
def listening(model: WindowsHost, folder: Path) -> Iterator[Server]:
    """Listen for WinRM over HTTP with NTLM; `folder` keeps the file of users."""
    users = folder / "users"
    users.write_text(f"LAB:analyst:{PASSWORD}\n")
    before = os.environ.get("NTLM_USER_FILE")
    os.environ["NTLM_USER_FILE"] = str(users)
    server = Server(Shells(model))
    try:
        yield server
    finally:
        server.stop()
        os.environ.pop("NTLM_USER_FILE")
        if before is not None:
            os.environ["NTLM_USER_FILE"] = before
