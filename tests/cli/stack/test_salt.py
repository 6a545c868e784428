"""Working on a stack does not change the configuration file that git knows, unless its user does."""

from pathlib import Path

from cli.stack.salt import kept_out
from cli.stack.selection import select
from tests.cli.conftest import Project

BEFORE = "config:\n  # a comment that has to stay\n  notes:colour: red\n  notes:port: 19092\n"


def test_the_file_is_as_it_was_after_everything_that_is_done_with_a_stack(project: Project) -> None:
    configuration = project.folder / "Pulumi.other.yaml"
    configuration.write_text(BEFORE)
    select("other", project.environment, project.folder)
    for verb in ("preview", "up", "refresh", "destroy", "up"):
        with kept_out(configuration):
            yes = [] if verb == "preview" else ["--yes", "--skip-preview"]
            done = project.pulumi(verb, *yes)
        assert done.returncode == 0, done.stdout + done.stderr
        assert configuration.read_text() == BEFORE


def test_a_value_that_was_set_meanwhile_stays(project: Project) -> None:
    configuration = project.folder / "Pulumi.other.yaml"
    configuration.write_text(BEFORE)
    select("other", project.environment, project.folder)
    with kept_out(configuration):
        project.pulumi("config", "set", "colour", "blue")
    assert "notes:colour: blue" in configuration.read_text()


def test_a_file_that_was_not_there_is_not_there_afterwards(tmp_path: Path) -> None:
    configuration = tmp_path / "Pulumi.new.yaml"
    with kept_out(configuration):
        configuration.write_text("encryptionsalt: v1:abc=\n")
    assert not configuration.exists()
