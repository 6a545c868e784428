"""An embedded stack's processes are up, and keep their secrets to themselves."""

from typing import Any

import pytest

from infra.logging_server.embedded.run_directory import RunDirectory
from infra.logging_server.embedded.supervisord import Supervisord

testinfra_hosts = ["local://"]
pytestmark = pytest.mark.lives_in("logging_server", "embedded")


@pytest.mark.parametrize("program", ["kafka", "ksql", "connect", "splunk"])
def test_the_process_runs(host: Any, run_directory: RunDirectory, program: str) -> None:
    info = Supervisord(run_directory).info(program)
    assert info is not None, f"supervisord does not know of {program}: ./lab up makes it"
    assert info["statename"] == "RUNNING", (
        f"{program} is {info['statename']}; see {run_directory.log(program)}"
    )
    assert host.process.get(pid=info["pid"]).ppid == Supervisord(run_directory).pid()


@pytest.mark.parametrize("program", ["kafka", "ksql", "connect", "splunk"])
def test_its_settings_are_its_user_s_alone(host: Any, run_directory: RunDirectory, program: str) -> None:
    assert host.file(str(run_directory.settings(program))).mode == 0o600


def test_the_folder_of_the_stack_is_its_user_s_alone(host: Any, run_directory: RunDirectory) -> None:
    assert host.file(str(run_directory.path)).mode == 0o700
