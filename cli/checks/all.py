"""All checks of a stack, each made when the one before has been told."""

from collections.abc import Iterator
from pathlib import Path

from cli.checks import configured, docker_stack, embedded_stack, external_services, this_machine
from cli.checks.check import Check
from cli.environment.locations import RUNS
from infra.errors import LabError
from infra.logging_server.embedded.run_directory import RunDirectory


def checks(stack: str | None, project: Path) -> Iterator[Check]:
    """The checks of the stack, or of the one that is selected."""
    tool = this_machine.find_tool()
    yield from this_machine.checks(tool, project / "Pulumi.yaml")
    name = stack or configured.selected(tool, project)
    try:
        chosen = configured.read(name, tool, project)
    except LabError as error:
        yield Check(name="configuration", said=error.what, problem=True, remedy=error.remedy)
        return
    where = chosen.values.logging_server
    yield Check(name="configuration", said=f"stack {name}, logging server {where}")
    if where == "embedded":
        yield from embedded_stack.checks(chosen.values, RunDirectory(RUNS / name), project)
    elif where == "docker":
        yield from docker_stack.checks(chosen.values, name)
    else:
        yield from external_services.checks(chosen)
    if "existing" in (chosen.values.zeek_server, chosen.values.windows_client):
        # the transports' libraries take half a second that other stacks need not wait
        from cli.checks import machines  # noqa: PLC0415

        yield from machines.checks(chosen, RUNS / name / "known_hosts")
