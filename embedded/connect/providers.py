"""Configuration providers: `${file:PATH:KEY}`, as Kafka's FileConfigProvider resolves it.

A connector's configuration is kept and returned with the reference; only the task sees the value.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import javaproperties

from embedded.connect.errors import TaskError

_REFERENCE: Final = re.compile(r"\$\{(?P<provider>[^}:]+):(?:(?P<path>[^}]*?):)?(?P<key>[^}:]+)\}")


def resolved(configuration: Mapping[str, str]) -> dict[str, str]:
    """The configuration with every reference replaced.

    Raises:
        TaskError: a file that cannot be read, a key that is not in it, a provider other than `file`.
    """
    return {name: _REFERENCE.sub(_value, text) for name, text in configuration.items()}


def _value(match: re.Match[str]) -> str:
    provider, path, key = match["provider"], match["path"] or "", match["key"]
    if provider != "file":
        raise TaskError(f"The configuration provider '{provider}' is not there.", "Use ${file:PATH:KEY}.")
    try:
        with Path(path).open(encoding="utf-8") as file:
            properties = javaproperties.load(file)
    except (OSError, ValueError) as error:
        message = f"The properties file {path} of a configuration cannot be read: {error}."
        raise TaskError(message, "Write it, or change the configuration.") from error
    if key not in properties:
        raise TaskError(f"The properties file {path} has no key '{key}'.", "Add it to the file.")
    value: str = properties[key]
    return value
