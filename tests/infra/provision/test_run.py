"""Roles on a real host: applied, repeated, repaired, resumed and taken off again."""

import re
from pathlib import Path

import pytest

from infra.provision.command import Command, Upload
from infra.provision.run import Outcome, Progress, StepFailedError, apply, drifted, remove
from infra.provision.step import Check, Role, Step
from tests.infra.provision.conftest import Sshd


def _command(*arguments: str) -> Command:
    return Command(arguments=arguments, as_root=False)


def _file_step(path: Path, content: str) -> Step:
    owner = f"{path.parent.owner()}:{path.parent.group()}"
    return Step(
        f"{path.name} says {content}",
        check=(Check(command=_command("cat", str(path)), stdout=content),),
        apply=(Upload(path=str(path), content=content.encode(), owner=owner, as_root=False),),
        remove=(_command("rm", "-f", str(path)),),
    )


def _failing_step(*, unless: Path) -> Step:
    return Step(
        "a step that fails until someone mends the host",
        check=(Check(command=_command("test", "-e", str(unless))),),
        apply=(_command("sh", "-c", "echo no disk left >&2; exit 3"),),
    )


@pytest.fixture
def role(tmp_path: Path) -> Role:
    return Role("notes", (_file_step(tmp_path / "a", "one"), _file_step(tmp_path / "b", "two")))


def _ignore(progress: Progress) -> None:
    del progress


def test_a_role_changes_what_differs_and_the_second_time_nothing(sshd: Sshd, role: Role) -> None:
    host = sshd.host()
    assert list(apply(host, role, _ignore)) == [Outcome.CHANGED, Outcome.CHANGED]
    assert list(apply(host, role, _ignore)) == [Outcome.UNCHANGED, Outcome.UNCHANGED]


def test_what_someone_changed_by_hand_is_seen_and_only_that_repaired(
    sshd: Sshd, role: Role, tmp_path: Path
) -> None:
    host = sshd.host()
    list(apply(host, role, _ignore))
    (tmp_path / "b").write_text("by hand")
    assert drifted(host, role) == ["b says two"]
    assert list(apply(host, role, _ignore)) == [Outcome.UNCHANGED, Outcome.CHANGED]
    assert (tmp_path / "b").read_text() == "two"


def test_a_step_is_announced_before_it_changes_something_and_its_time_is_told_after(
    sshd: Sshd, role: Role
) -> None:
    said: list[str] = []
    list(apply(sshd.host(), role, lambda progress: said.append(str(progress))))
    assert said[0].endswith("notes 1/2 a says one: begun")
    assert re.search(r"notes 2/2 b says two: changed \(\d+\.\d s\)$", said[3])


def test_a_role_is_taken_off_its_last_step_first(sshd: Sshd, role: Role, tmp_path: Path) -> None:
    host = sshd.host()
    list(apply(host, role, _ignore))
    seen: list[Progress] = []
    remove(host, role, seen.append)
    assert [progress.step for progress in seen] == ["b says two", "a says one"]
    assert not (tmp_path / "a").exists()
    remove(host, role, seen.append)


def test_a_failed_step_says_host_step_command_code_and_output_and_the_next_run_goes_on_there(
    sshd: Sshd, role: Role, tmp_path: Path
) -> None:
    host, mended = sshd.host(), tmp_path / "mended"
    whole = Role("notes", (role.steps[0], _failing_step(unless=mended), role.steps[1]))
    said: list[str] = []
    with pytest.raises(StepFailedError) as failed:
        list(apply(host, whole, lambda progress: said.append(str(progress))))
    for part in (host.name, "a step that fails", "exit code 3", "no disk left"):
        assert part in str(failed.value)
    assert [line.split(" (")[0].rpartition(": ")[2] for line in said] == [
        "begun",
        "changed",
        "begun",
        "failed",
    ]
    mended.touch()
    assert list(apply(host, whole, _ignore)) == [Outcome.UNCHANGED, Outcome.UNCHANGED, Outcome.CHANGED]


def test_a_step_that_ran_and_still_does_not_hold_is_a_failure(sshd: Sshd) -> None:
    step = Step("nothing happens", check=(Check(command=_command("false")),), apply=(_command("true"),))
    with pytest.raises(StepFailedError, match="yet `false` says no"):
        list(apply(sshd.host(), Role("notes", (step,)), _ignore))


def test_the_digest_of_a_step_follows_its_content_and_tells_no_secret() -> None:
    def step(secret: bytes) -> Step:
        return Step("login", check=(), apply=(Command(arguments=("login",), stdin=secret),))

    assert step(b"one").digest == step(b"one").digest
    assert step(b"one").digest != step(b"two").digest
    assert "hunter2" not in repr(step(b"hunter2"))
