"""What a command that was killed leaves in Pulumi's state, and how it is put right."""

import json
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from cli.environment.locations import ROOT, STATE
from cli.stack.process import ask
from infra.errors import LabError


def stale_lock(stack: str, environment: Mapping[str, str], state: Path = STATE, project: Path = ROOT) -> None:
    """Release the locks on `stack` whose holders are gone.

    Raises:
        LabError: a holder is at work.
    """
    locks = list((state / ".pulumi" / "locks").glob(f"**/{stack}/*.json"))
    for lock in locks:
        if holder := holder_at_work(json.loads(lock.read_text(encoding="utf-8"))):
            raise LabError(
                f"the stack {stack} is being worked on by {holder}.",
                f"Wait for it, or stop it there; if it is long gone: pulumi cancel {stack}",
            )
    if locks:
        ask(["cancel", "--yes", stack], environment, project)
        print(f"lab: released a lock on {stack} that a killed command had left.", file=sys.stderr)


def holder_at_work(lock: Mapping[str, Any]) -> str | None:
    """Who holds `lock`, a file backend's lock record, or None when that process is gone."""
    if lock["hostname"] != socket.gethostname():
        return f"process {lock['pid']} on {lock['hostname']}"
    try:
        at_work = "pulumi" in psutil.Process(lock["pid"]).name()
    except psutil.NoSuchProcess:
        at_work = False
    return f"process {lock['pid']} (pulumi)" if at_work else None


def half_recorded(stack: str, environment: Mapping[str, str], project: Path = ROOT) -> bool:
    """Whether a command on `stack` was killed while it made something that the state does not know."""
    state = json.loads(ask(["stack", "export", "--stack", stack], environment, project))
    pending = state["deployment"].get("pending_operations") or []
    return any(operation["type"] == "creating" for operation in pending)
