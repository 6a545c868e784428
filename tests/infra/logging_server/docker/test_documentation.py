"""What docs/logging-server.md says of ports and sizes is what the program does."""

import re

from infra import ports
from infra.logging_server.docker.container import REPOSITORY
from infra.logging_server.docker.limits import HEAP_SHARE, limits
from infra.logging_server.docker.nginx import PUBLISHED
from infra.logging_server.docker.versions import CURRENT

TEXT = (REPOSITORY / "docs/logging-server.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, without its head."""
    section = TEXT.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_sizes_are_the_limits() -> None:
    said = {name: (float(cpus), int(memory), heap) for name, cpus, memory, heap in rows("Sizes")}
    chosen = limits(CURRENT)
    assert {name: (cpus, memory) for name, (cpus, memory, _) in said.items()} == {
        name: (limit.cpus, limit.memory_mb) for name, limit in chosen.items()
    }
    for name, (_, _, heap) in said.items():
        number = re.match(r"\d+", heap)
        assert (int(number[0]) if number else 0) == chosen[name].heap_mb(HEAP_SHARE.get(name, 0))


def test_the_ports_are_those_that_are_published() -> None:
    said = {int(port) for port, *_ in rows("Ports") if port.isdecimal()}
    assert said == {*PUBLISHED.values(), ports.BEATS}


def test_every_container_is_explained() -> None:
    said = {name for name, *_ in rows("What each container is for")}
    assert said == {*limits(CURRENT), "zookeeper"}
