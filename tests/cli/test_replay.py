"""What `lab replay` refuses before it asks anything of the stack."""

import pytest
from click.testing import CliRunner

from cli.replay import command


@pytest.mark.parametrize("factor", ["nan", "inf", "0", "-1", "fast"])
def test_a_speed_is_a_number_above_nothing(factor: str) -> None:
    told = CliRunner().invoke(command, ["--speed", factor])
    assert told.exit_code == 2
    assert "Invalid value for '--speed'" in told.stderr
    assert factor in told.stderr


def test_a_path_that_is_empty_is_not_the_folder_one_happens_to_be_in() -> None:
    told = CliRunner().invoke(command, [""])
    assert told.exit_code == 2
    assert "it is empty" in told.stderr
