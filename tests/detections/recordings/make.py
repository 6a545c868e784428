"""Makes the recordings beside it anew: `python -m tests.detections.recordings.make`.

They are synthetic from beginning to end, and the same bytes every time.
"""

from pathlib import Path
from typing import Any, Final

from recordings.synthesis import osquery_lines, sysmon_lines, zeek_lines
from recordings.synthesis.chance import Chance
from recordings.synthesis.everyday import ask
from recordings.synthesis.flow import BOTH, Plan
from tests.detections.recordings.scenes import AROUND, SCENES, Call

FOLDER: Final = Path(__file__).parent
SEED: Final = 20_261_014
KINDS: Final = ("fires", "stays_quiet")
_TLS: Final = {
    "version": "TLSv13",
    "cipher": "TLS_AES_128_GCM_SHA256",
    "curve": "x25519",
    "server_name": "files.example",
    "resumed": False,
    "established": True,
    "ssl_history": "CsiI",
}
_HTTP: Final = {
    "trans_depth": 1,
    "method": "GET",
    "host": "files.example",
    "uri": "/",
    "version": "1.1",
    "request_body_len": 0,
    "response_body_len": 2_048,
    "status_code": 200,
    "status_msg": "OK",
}
_DETAILS: Final[dict[str, dict[str, Any]]] = {"ssl": _TLS, "http": _HTTP}


def make() -> dict[str, bytes]:
    """Every file, by its path within this folder."""
    return {
        f"{rule}/{kind}/{name}": content
        for rule, scenes in SCENES.items()
        for kind, calls in zip(KINDS, scenes, strict=True)
        for name, content in recording(calls).items()
    }


def recording(calls: tuple[Call, ...]) -> dict[str, bytes]:
    """The logs of Zeek, Sysmon and Osquery on these calls and what goes on around them."""
    plan = Plan(Chance(SEED))
    ask(plan, 11.9, "files.example", (AROUND.address,))
    for call in (AROUND, *calls):
        for number, at in enumerate(call.at):
            plan.tcp(
                at,
                call.process,
                call.address,
                call.port,
                source_port=call.first_port + number,
                duration=plan.chance.between(0.2, 1.9),
                service=call.service,
                sent=plan.chance.whole(400, 900),
                received=plan.chance.whole(1_200, 9_000),
                seen_by=BOTH,
                details={log: _DETAILS[log] for log in (call.service,) if log in _DETAILS},
            )
    processes = list(dict.fromkeys(call.process for call in (AROUND, *calls)))
    files = {f"zeek/{log}.log": lines for log, lines in zeek_lines.logs(plan.flows).items() if lines}
    files["windows/winlogbeat.ndjson"] = sysmon_lines.log(plan.flows, Chance(SEED + 1), processes)
    files["windows/osqueryd.results.log"] = osquery_lines.log(plan.flows, processes)
    return files


def main() -> None:
    """Write the files."""
    for name, content in make().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
