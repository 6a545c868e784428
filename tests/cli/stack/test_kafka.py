"""Java archives are fetched for the stacks that run Kafka here, and for no others."""

from pathlib import Path

import pytest

from cli.stack.kafka import is_wanted


@pytest.mark.parametrize(
    ("configuration", "wanted"),
    [
        pytest.param(None, True, id="a stack without a configuration file"),
        pytest.param("", True, id="an empty one"),
        pytest.param("encryptionsalt: v1:abc\n", True, id="one that has a salt and no values"),
        pytest.param(
            "config:\n  lab:kafka.port: 19092\n", True, id="one that says nothing of the logging server"
        ),
        pytest.param("config:\n  lab:logging_server: embedded\n", True, id="one that says embedded"),
        pytest.param("config:\n  lab:logging_server: docker\n", False, id="one that says docker"),
    ],
)
def test_it_is_the_configuration_that_tells(tmp_path: Path, configuration: str | None, wanted: bool) -> None:
    if configuration is not None:
        (tmp_path / "Pulumi.mine.yaml").write_text(configuration)
    assert is_wanted("mine", tmp_path) is wanted
