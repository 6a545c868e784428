"""Apache Kafka's Java archives, brought to the user's cache folder before anything needs them."""

from pathlib import Path

import yaml

from cli.environment.locations import ROOT
from cli.environment.progress import step
from embedded.kafka import archives, class_cache


def is_wanted(stack: str, project: Path = ROOT) -> bool:
    """Whether the stack's configuration leaves Kafka to this machine, as it does unless it says otherwise."""
    file = project / f"Pulumi.{stack}.yaml"
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    values = (yaml.safe_load(text) or {}).get("config") or {}
    chosen = {key.rpartition(":")[2]: value for key, value in values.items()}
    return bool(chosen.get("logging_server", "embedded") == "embedded")


def fetch() -> None:
    """Fetch the archives that the lock names, and make the class cache that lets a broker start fast.

    Raises:
        ArchiveError: an archive cannot be had, or is not the one that the lock names.
    """
    with step("fetching Apache Kafka's Java archives"):
        archives.classpath()
    with step("making Kafka's class cache, once for this user"):
        class_cache.train()
