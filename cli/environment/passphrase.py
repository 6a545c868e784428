"""The passphrase that encrypts this clone's secrets in Pulumi's state: generated once, read by its file."""

import contextlib
import secrets
import tempfile
from pathlib import Path

from cli.environment.locations import PASSPHRASE, STATE
from infra.errors import LabError


def ensure(path: Path = PASSPHRASE, state: Path = STATE) -> None:
    """Make the passphrase unless there is one, readable by this user alone.

    Raises:
        LabError: it is gone although there is state that was encrypted with it.
    """
    if path.exists():
        return
    if any(state.rglob("stacks/**/*.json")):
        raise LabError(
            f"the passphrase {path} is missing, and the state in {state} is encrypted with it.",
            f"Put it back; or give the state up: stop what still runs, then remove {state}.",
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked, so that it is never there half, and never made twice.
    with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=path.parent, prefix=f"{path.name}.") as aside:
        aside.write(secrets.token_urlsafe(32))
        aside.flush()
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(aside.name)
