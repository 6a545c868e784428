"""Writes docs/configuration.md, the reference of every configuration key, from the schema in Pulumi.yaml.

`python -m infra.configuration_reference` writes it; a test says when it is no longer current.
"""

from pathlib import Path
from typing import Any, Final

import yaml

from infra import config

PROJECT: Final = Path(__file__).resolve().parent.parent
REFERENCE: Final = PROJECT / "docs" / "configuration.md"
_SECTIONS: Final = {
    "": "What lives where",
    "kafka": "Kafka",
    "ksqldb": "ksqlDB",
    "connect": "Kafka Connect",
    "splunk": "Splunk",
    "console": "Console",
    "attribution": "Attribution",
    "docker": "The logging server in Docker",
    "external": "Services that somebody else runs",
    "zeek": "The Zeek server",
    "windows": "The Windows client",
}
"""The sections in their order, by what stands before the dot of a key; others follow by that name."""
_TABLE: Final = "| key | default | what it is |\n|---|---|---|\n"
_HEAD: Final = """\
# Configuration

Every key of a stack's configuration. This file is made from the schema in `Pulumi.yaml`
(`python -m infra.configuration_reference`).

A key is set for the selected stack, and takes effect with the next `up`:
```
pulumi config set kafka.port 19092
pulumi config                              # what is set
pulumi config rm kafka.port                # back to the default
```
A password is set with `--secret`, which asks for it: `pulumi config set --secret windows.password`. The whole
configuration is checked before anything starts; a key that does not exist, or a value that cannot work, is
named together with what is allowed.
"""


def reference() -> str:
    """The document.

    Raises:
        KeyError: Pulumi.yaml has a key that `infra.config` does not know, or the other way round.
    """
    schema: dict[str, Any] = yaml.safe_load((PROJECT / "Pulumi.yaml").read_text(encoding="utf-8"))["config"]
    told = {key.removeprefix('["').removesuffix('"]'): said for key, said in schema.items()}
    sections: dict[str, list[str]] = {prefix: [] for prefix in _SECTIONS}
    for key, may_be in config.allowed().items():
        prefix = key.rpartition(".")[0]
        sections.setdefault(prefix, []).append(_row(key, told.pop(key), may_be))
    if told:
        raise KeyError(f"infra.config does not know {', '.join(told)}")
    parts = [
        f"\n## {_SECTIONS.get(prefix, prefix)}\n{_TABLE}{''.join(rows)}"
        for prefix, rows in sections.items()
        if rows
    ]
    return _HEAD + "".join(parts)


def _row(key: str, said: dict[str, Any], may_be: str) -> str:
    default = said["default"]
    shown = f"`{str(default).lower() if isinstance(default, bool) else default}`" if default != "" else ""
    what = str(said["description"])
    text = what if may_be in what else f"{what}. Allowed: {may_be}"
    return f"| `{key}` | {shown} | {_cell(text)} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    REFERENCE.write_text(reference(), encoding="utf-8")
