"""What the documentation tells a reader to type, typed as it stands; what asks, is answered.

The tutorial has a test of its own, and the last test here takes the stack down as a reader does.
"""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pandas as pd  # type: ignore[import-untyped]
import psutil
import pytest
import yaml

from cli.events import command as events
from infra import config
from tests.docs import typed
from tests.end_to_end.conftest import Clone
from tests.end_to_end.terminal import answered


@pytest.mark.parametrize("told", typed.SHOWN)
def test_a_documented_command_does_what_it_is_told_for(clone: Clone, told: str) -> None:
    written = clone.folder / typed.WRITTEN[told] if told in typed.WRITTEN else None
    if written:
        written.unlink(missing_ok=True)
    printed = clone.types(typed.as_typed(told))
    assert typed.SHOWN[told] in " ".join(printed.split())
    assert written is None or written.stat().st_size > 1000


@pytest.mark.parametrize("document", typed.configuring(), ids=str)
def test_what_a_document_sets_is_a_configuration_that_the_lab_accepts(clone: Clone, document: Path) -> None:
    first = f"as-in-{document.stem.casefold()}"
    lines = [f"pulumi stack init {first}", *map(typed.as_typed, typed.configuring()[document])]
    asked = [f"echo made-up | {line}" if " --secret " in line else line for line in lines]
    try:
        clone.types(f"bash -exc '{'; '.join(asked)}'")
    finally:
        clone.types("pulumi stack select embedded")
    chosen = [line.split()[-1] for line in lines if line.startswith("pulumi stack")]
    for stack in chosen:
        file = clone.folder / f"Pulumi.{stack}.yaml"
        held: dict[str, Any] = (yaml.safe_load(file.read_text()) or {}).get("config", {})
        config.parse(
            {key: "made-up" if isinstance(value, dict) else str(value) for key, value in held.items()}
        )


@pytest.mark.parametrize("told", typed.UNTIL_CTRL_C)
def test_what_watches_goes_on_until_ctrl_c(clone: Clone, told: str) -> None:
    with clone.running(told) as watching:
        assert watching.stdout is not None
        for _ in range(2):
            assert any("zeek-conn-enriched" in line for line in watching.stdout)
        watching.send_signal(signal.SIGINT)
        assert watching.wait(30) == 0


def test_the_environment_is_read_by_a_shell_and_the_hooks_are_installed(clone: Clone) -> None:
    clone.types("git init --quiet .")
    clone.types(f"bash -ec '{'; '.join(typed.IN_A_SHELL)}'")
    assert os.access(clone.folder / ".git/hooks/pre-commit", os.X_OK)


class TestEvents:
    """`lab events` with each of its options, on what the bundled attack left behind."""

    CHOOSING = (
        "--process EXPLORER --host client01 --user ASHA --address 139.59.80.1 "
        "--since 1d --until 2099-01-01T00:00 --stack embedded --limit 2 --json"
    )

    def test_they_are_chosen_by_all_that_the_options_name(self, clone: Clone) -> None:
        found = [json.loads(line) for line in clone.types(f"./lab events {self.CHOOSING}").splitlines()]
        assert {(event["PROCESS_ID"], event["id.resp_h"]) for event in found} == {(4912, "139.59.80.1")}
        assert len(found) == 2
        (same,) = {event["community_id"] for event in found[:1]}
        (one,) = clone.types(f"./lab events --community-id {same} --json --limit 1").splitlines()
        assert json.loads(one)["community_id"] == same
        assert "EVENT_ID" not in clone.types("./lab events --until 2001-01-01T00:00 --json")

    @pytest.mark.parametrize("kind", ["json", "jsonl", "parquet"])
    def test_they_are_exported_as_csv_in_the_tutorial_and_as_all_else(self, clone: Clone, kind: str) -> None:
        clone.types(f"./lab events --process explorer --limit 3 --export some.{kind}")
        file = clone.folder / f"some.{kind}"
        if kind == "parquet":
            assert list(pd.read_parquet(file, engine="fastparquet")["PROCESS_ID"]) == [4912] * 3
        else:
            assert file.read_text().count("explorer.exe") >= 3

    def test_they_are_followed_as_they_arrive(self, clone: Clone) -> None:
        with clone.running("./lab events --follow --process explorer --limit 1") as following:
            assert following.stdout is not None
            heading = following.stdout.readline()
            clone.types("./lab replay")
            assert "explorer.exe (4912)" in following.stdout.readline()
            assert following.wait(30) == 0
        assert "process" in heading

    def test_no_option_is_without_a_test(self) -> None:
        tried = {*self.CHOOSING.split(), "--community-id", "--export", "--follow", "--help"}
        assert {option.opts[-1] for option in events.params} <= tried


def test_a_changed_setting_takes_effect_with_pulumi_up_which_asks_before_it_acts(clone: Clone) -> None:
    clone.types("pulumi config set kafka.heap_mb 128")
    told = answered(clone, "pulumi up", typed.ASKING["pulumi up"], "yes\r")
    assert "kafka" in told
    assert "-Xmx128m" in psutil.Process(clone.pid("kafka")).cmdline()
    clone.types("pulumi config rm kafka.heap_mb")


@pytest.mark.parametrize("told", ["pulumi refresh", "pulumi destroy"])
def test_pulumi_asks_before_it_looks_and_before_it_destroys(clone: Clone, told: str) -> None:
    answered(clone, told, typed.ASKING[told], "yes\r")
    assert clone.run.path.exists() == (told == "pulumi refresh")
