"""Makes the bundled recording `explorer_beacon/` anew: `python -m recordings.make_explorer_beacon [FOLDER]`.

The same seed gives the same bytes, on every machine; a test holds the files in the repository against it.
"""

import sys
from pathlib import Path
from typing import Final

from recordings.synthesis import cases, domain, everyday, osquery_lines, sysmon_lines, zeek_lines
from recordings.synthesis.attack import attack
from recordings.synthesis.cast import CHROME, CLIENT_PROCESSES, HOUR, START
from recordings.synthesis.chance import Chance
from recordings.synthesis.flow import Flow, Plan
from recordings.synthesis.truth import manifest

SEED: Final = 20_261_014
FOLDER: Final = Path(__file__).parent / "explorer_beacon"


def make(seed: int = SEED) -> dict[str, bytes]:
    """Every file of the recording, by its path within the folder."""
    plan = Plan(Chance(seed))
    everyday.browsing(plan, CHROME, 64)
    everyday.background(plan)
    everyday.of_the_laptop(plan)
    domain.policy_refreshes(plan)
    domain.discovery(plan)
    domain.names_over_ipv6(plan)
    hard = cases.hard_cases(plan)
    caught = attack(plan)
    logged = [flow for flow in plan.flows if _logged(flow)]
    begun = [flow for flow in plan.flows if flow.start < HOUR]
    files = {f"zeek/{log}.log": lines for log, lines in zeek_lines.logs(logged).items()}
    files["windows/winlogbeat.ndjson"] = sysmon_lines.log(
        begun, Chance(seed + 1), CLIENT_PROCESSES, is_injected=True
    )
    files["windows/osqueryd.results.log"] = osquery_lines.log(begun, CLIENT_PROCESSES)
    files["manifest.json"] = manifest(seed, logged, caught, hard)
    return files


def _logged(flow: Flow) -> bool:
    """Whether it ended within the hour: Zeek logs a connection at its end."""
    return flow.ts + (flow.duration or 0.0) <= START + HOUR


def main(arguments: list[str]) -> None:
    """Write the files."""
    folder = Path(arguments[0]) if arguments else FOLDER
    for name, content in make().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main(sys.argv[1:])
