"""Where the lab keeps what it makes: the one home of each folder."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
"""The clone that this file belongs to."""

LAB_FOLDER: Final = ROOT / ".lab"
"""Everything that belongs to this clone alone and that git does not know."""

VENV: Final = LAB_FOLDER / "venv"
STATE: Final = LAB_FOLDER / "state"
"""Pulumi's state, in a file backend."""

PASSPHRASE: Final = LAB_FOLDER / "passphrase"
ENV_FILE: Final = LAB_FOLDER / "env"
RUNS: Final = LAB_FOLDER / "run"
"""One folder a running stack, by its name."""

LOGS: Final = LAB_FOLDER / "log"
"""What set-up steps wrote."""
