"""The manifest: what is true of the recording, whatever anybody makes of its lines."""

from typing import Any

import orjson

from recordings.synthesis.attack import SERVER, Attack
from recordings.synthesis.cast import CLIENT, DOMAIN_CONTROLLER, START, Process
from recordings.synthesis.flow import Flow
from recordings.synthesis.sysmon_lines import users


def manifest(seed: int, flows: list[Flow], attack: Attack, cases: dict[str, list[Flow]]) -> bytes:
    """The manifest's bytes."""
    injected = attack.injected
    told: dict[str, Any] = {
        "about": "Made up by a script, from beginning to end. No host, person or event in it is real.",
        "seed": seed,
        "start": START,
        "clocks": {host.name: host.clock for host in (CLIENT, DOMAIN_CONTROLLER)},
        "injected": {
            "uid": injected.uid,
            "community_id": injected.community_id,
            "server": SERVER,
            "side": "originator",
            **(_who(injected.originator) if injected.originator else {}),
        },
        "beacons": [flow.uid for flow in attack.beacons],
        "staging": [flow.uid for flow in attack.staging],
        "cases": {name: [flow.uid for flow in meant] for name, meant in cases.items()},
        "flows": {flow.uid: _truth(flow) for flow in flows},
    }
    lines = orjson.dumps(told["flows"]).replace(b'},"C', b'},\n"C')
    rest = orjson.dumps(
        {name: value for name, value in told.items() if name != "flows"}, option=orjson.OPT_INDENT_2
    )
    return rest.removesuffix(b"\n}") + b',\n  "flows": ' + lines + b"\n}\n"


def _who(process: Process) -> dict[str, Any]:
    return {"host": process.host.name, "pid": process.pid, "image": process.image, "user": process.user}


def _truth(flow: Flow) -> dict[str, Any]:
    """Who used it, and which agents said so of whom."""
    told: dict[str, Any] = {"community_id": flow.community_id}
    for side, processes in (("originator", (flow.originator, *flow.also)), ("responder", (flow.responder,))):
        known = [process for process in processes if process]
        if known:
            told[side] = [
                [process.host.name, process.pid, process.image, _sources(flow, process)] for process in known
            ]
    return told


def _sources(flow: Flow, process: Process) -> list[str]:
    return [agent for agent in ("osquery", "sysmon") if process in [user for user, _ in users(flow, agent)]]
