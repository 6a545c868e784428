"""The tutorial, typed as it stands, in the order in which it stands."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.conftest import REPOSITORY
from tests.docs.commands import fenced
from tests.end_to_end.conftest import Clone, make_clone

TUTORIAL: Final = (REPOSITORY / "docs/tutorial.md").read_text(encoding="utf-8")
RULE: Final = re.compile(r"```yaml\n(?P<rule>.*?)```.*?Save it as `(?P<file>[^`]+)`", re.DOTALL)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """A clone of a reader's, with ports of its own; nothing is left of it, whatever fails."""
    made = make_clone(tmp_path_factory.mktemp("tutorial") / "clone")
    try:
        yield made
    finally:
        made.tries("./lab destroy")


def typed(clone: Clone, text: str) -> str:
    """What the commands of a part of the tutorial print; each has to succeed."""
    lines = [line.partition("  #")[0].strip() for line in fenced(text)]
    return "".join(clone.types(f"bash -c {line!r}") for line in lines if not line.startswith("source "))


def part(number: int) -> str:
    """A numbered part of the tutorial."""
    found = re.search(rf"^## {number}\. .*?(?=^## |\Z)", TUTORIAL, re.MULTILINE | re.DOTALL)
    assert found
    return found[0]


def test_a_newcomer_gets_from_the_clone_to_a_detection_of_their_own(reader: Clone) -> None:
    printed = typed(reader, part(1))
    assert "10.20.0.42" in printed
    assert "C:\\Windows\\explorer.exe" in printed
    typed(reader, part(2))
    assert "BEGIN CERTIFICATE" in (reader.folder / ".lab/ca.pem").read_text()
    assert "explorer.exe (4912)" in typed(reader, part(3))
    assert (reader.folder / ".lab/events.csv").stat().st_size > 10_000
    assert "Attributed: 8" in typed(reader, part(4))
    written = RULE.search(TUTORIAL)
    assert written
    (reader.folder / written["file"]).write_text(written["rule"])
    typed(reader, part(5))
    title = written["rule"].splitlines()[0].removeprefix("title: ")
    assert f"{title} (8)" in typed(reader, part(6)).replace("\n", " ")
    replay, report = (
        (reader.folder / Path(f".lab/{name}.html")).read_text() for name in ("replay", "report")
    )
    assert title in replay
    assert title in report
    assert "taken off before anything was joined" in replay
    typed(reader, part(7))
    assert reader.run.processes() == []
