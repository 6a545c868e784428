"""Where packages come from: what the user has told pip holds for uv as well."""

import ast
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

UV_NAMES: Final[Mapping[str, str]] = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "cert": "SSL_CERT_FILE",
    "client-cert": "SSL_CLIENT_CERT",
    "proxy": "ALL_PROXY",
}
"""pip's settings (its user guide, "Configuration") and the environment variables by which uv takes them."""

RANK: Final = (":env:", "install", "global")
"""Sections of pip's configuration, the one that wins first."""


def pip_settings(listing: str) -> dict[str, str]:
    """Read what `pip config list` prints, such as `global.index-url='https://…'`, as `install` sees it."""
    sections: dict[str, dict[str, str]] = {}
    for line in listing.splitlines():
        name, equals, value = line.partition("=")
        section, dot, key = name.rpartition(".")
        if equals and dot:
            try:
                sections.setdefault(section, {})[key] = str(ast.literal_eval(value))
            except (ValueError, SyntaxError):
                continue
    merged: dict[str, str] = {}
    for section in reversed(RANK):
        merged |= sections.get(section, {})
    return merged


def uv_environment(settings: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` with pip's `settings` added in uv's names; what was said to uv itself stays."""
    translated = dict(environment)
    for pip_name, uv_name in UV_NAMES.items():
        if value := settings.get(pip_name):
            parts = value.split()
            # UV_FIND_LINKS alone separates by commas.
            translated.setdefault(uv_name, (",").join(parts) if pip_name == "find-links" else " ".join(parts))
    return translated


def current_settings(python: Path) -> dict[str, str]:
    """How the pip of `python` is configured; where it has no pip, what the environment alone says."""
    asked = subprocess.run(
        [python, "-m", "pip", "config", "list"],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if asked.returncode == 0:
        return pip_settings(asked.stdout)
    return {
        name.removeprefix("PIP_").lower().replace("_", "-"): value
        for name, value in os.environ.items()
        if name.startswith("PIP_")
    }
