"""Rules are compiled again when they have changed, and only then."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.errors import ConfigurationError
from infra.pipeline.detections import compiled, statements
from tests.ksql.fusion import RULES


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RULES, tmp_path / "detections"))


def test_what_is_kept_is_what_the_rules_say(rules: Path) -> None:
    said = statements.write(rules)
    assert compiled.write(rules) == said
    assert compiled.write(rules) == said


def test_a_changed_rule_is_compiled_again(rules: Path) -> None:
    compiled.write(rules)
    rule = next(iter(sorted(rules.glob("*/*.yml"))))
    rule.write_text(
        rule.read_text(encoding="utf-8").replace("title: ", "title: Changed, ", 1), encoding="utf-8"
    )
    assert any("Changed, " in text for _, text in compiled.write(rules))


def test_a_removed_rule_is_gone(rules: Path) -> None:
    before = compiled.write(rules)
    next(iter(sorted(rules.glob("*/*.yml")))).unlink()
    assert compiled.write(rules) != before


def test_a_faulty_rule_is_told_each_time(rules: Path) -> None:
    (rules / "processes" / "faulty.yml").write_text("title: [", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(ConfigurationError, match=r"faulty\.yml"):
            compiled.write(rules)


def test_sigma_is_not_loaded_for_rules_that_are_compiled_already(rules: Path) -> None:
    compiled.write(rules)
    program = (
        "import sys; from pathlib import Path; from infra.pipeline.detections import compiled;"
        f"compiled.write(Path({str(rules)!r})); sys.exit('sigma' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, env=os.environ, cwd=RULES.parent)
