"""Which stack a command acts on, and that starting one leaves git's files alone."""

import json

import pytest

from cli.stack.process import ask
from cli.stack.selection import select
from infra.errors import LabError
from tests.cli.conftest import Project


def selected(project: Project) -> str:
    stacks = json.loads(ask(["stack", "ls", "--json"], project.environment, project.folder))
    return str(next(stack["name"] for stack in stacks if stack["current"]))


def configure(project: Project, stack: str) -> str:
    text = "config:\n  # a comment that has to stay\n  notes:colour: red\n"
    (project.folder / f"Pulumi.{stack}.yaml").write_text(text)
    return text


def test_the_selected_stack_is_the_one_that_is_meant(project: Project) -> None:
    assert select(None, project.environment, project.folder) == "here"


def test_a_named_stack_is_made_on_first_use_and_stays_selected(project: Project) -> None:
    configure(project, "other")
    assert select("other", project.environment, project.folder) == "other"
    assert selected(project) == "other"
    assert select(None, project.environment, project.folder) == "other"


def test_a_clone_without_any_stack_begins_with_the_embedded_one(project: Project) -> None:
    project.pulumi("stack", "rm", "--yes", "here")
    configure(project, "embedded")
    assert select(None, project.environment, project.folder) == "embedded"


def test_beginning_a_stack_leaves_its_configuration_file_alone(project: Project) -> None:
    text = configure(project, "other")
    select("other", project.environment, project.folder)
    assert (project.folder / "Pulumi.other.yaml").read_text() == text


def test_a_salt_that_was_left_with_another_passphrase_does_not_keep_a_new_clone_from_working(
    project: Project,
) -> None:
    text = configure(project, "other")
    foreign = "encryptionsalt: v1:GB6X3hcEHnM=:v1:Vt3wdAbLpFPRRU1G:C2dR7Fg8T1IvIHkZQTpCzbFUoiSlQw==\n"
    (project.folder / "Pulumi.other.yaml").write_text(text + foreign)
    select("other", project.environment, project.folder)
    up = project.pulumi("up", "--yes", "--skip-preview")
    assert up.returncode == 0, up.stdout + up.stderr


def test_secrets_of_a_stack_so_begun_are_encrypted_and_read_back(project: Project) -> None:
    configure(project, "other")
    select("other", project.environment, project.folder)
    project.program("import pulumi\npulumi.export('secret', pulumi.Output.secret('hush'))\n")
    assert project.pulumi("up", "--yes", "--skip-preview").returncode == 0
    outputs = ask(["stack", "output", "--json", "--show-secrets"], project.environment, project.folder)
    assert json.loads(outputs) == {"secret": "hush"}
    assert "hush" not in "".join(file.read_text() for file in project.folder.parent.glob("state/**/*.json"))


def test_a_misspelt_stack_is_an_error_that_lists_what_there_is(project: Project) -> None:
    configure(project, "embedded")
    with pytest.raises(LabError, match=r"there is no stack embeded[\s\S]*There are: embedded, here"):
        select("embeded", project.environment, project.folder)
