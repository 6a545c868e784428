"""Keeps the salt of a clone's encryption out of the stack's configuration file, which git knows.

The salt belongs to one clone's passphrase. The state holds it, and `PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER`
lets the tool find it there; but the tool also writes it into the file, where it would be committed for all.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def kept_out(configuration: Path) -> Iterator[None]:
    """Leave `configuration` after the block as it was before, when all that the block added is the salt."""
    before = configuration.read_text(encoding="utf-8") if configuration.exists() else None
    try:
        yield
    finally:
        if configuration.exists():
            after = configuration.read_text(encoding="utf-8")
            unsalted = re.sub(r"(?m)^encryptionsalt: .*\n?", "", after)
            if after != before and unsalted.split() == (before or "").split():
                if before is None:
                    configuration.unlink()
                else:
                    configuration.write_text(before, encoding="utf-8")
