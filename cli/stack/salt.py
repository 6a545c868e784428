"""Keeps the salt of a clone's encryption out of the stack's configuration file, which git knows.

The salt belongs to one clone's passphrase. The state holds it, and `PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER`
lets the tool find it there; but the tool also writes it into the file, where it would be committed for all.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml


@contextmanager
def kept_out(configuration: Path) -> Iterator[None]:
    """Leave `configuration` after the block as it was before, when all that the block added is the salt."""
    before = configuration.read_text(encoding="utf-8") if configuration.exists() else None
    try:
        yield
    finally:
        if configuration.exists():
            after = configuration.read_text(encoding="utf-8")
            if after != before and _values(after) == _values(before or ""):
                if before is None:
                    configuration.unlink()
                else:
                    configuration.write_text(before, encoding="utf-8")


def forget(configuration: Path) -> None:
    """Take the salt of another passphrase out of `configuration`, unless values there need it."""
    text = configuration.read_text(encoding="utf-8")
    if "secure:" not in text:
        unsalted = re.sub(r"(?m)^encryptionsalt:.*\n?", "", text)
        if unsalted != text:
            configuration.write_text(unsalted, encoding="utf-8")


def _values(text: str) -> dict[str, Any]:
    """What a configuration says, the salt aside; scalars as text, for the tool quotes numbers."""
    said = yaml.load(text, Loader=yaml.BaseLoader) or {}  # noqa: S506 - the base loader makes texts alone
    return {name: value for name, value in said.items() if name != "encryptionsalt"}
