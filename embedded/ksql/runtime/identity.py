"""Who an instance is: an identity that outlives it, and that no two running instances share."""

import fcntl
import os
import uuid
from pathlib import Path

from embedded.ksql.runtime.errors import RuntimeFailureError


class Identity:
    """The identity kept in `state_dir`, held until `release`.

    Raises:
        RuntimeFailureError: another process holds it, or the folder cannot be written to.
    """

    def __init__(self, state_dir: Path) -> None:
        try:
            state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(state_dir / "instance", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise RuntimeFailureError(f"the folder {state_dir} cannot be used: {error}") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RuntimeFailureError(
                f"another instance runs with the folder {state_dir}; give each instance one of its own"
            ) from error
        name = os.read(self._file, 100).decode("ascii").strip()
        if not name:
            name = uuid.uuid4().hex
            os.write(self._file, name.encode("ascii"))
            os.fsync(self._file)
        self.name = name

    def release(self) -> None:
        """Let another process have it."""
        os.close(self._file)
