"""Rules become statements: faults are told by file and rule, and a change changes no more than it must."""

import shutil
from pathlib import Path

import pytest

from infra.errors import ConfigurationError
from infra.pipeline.detections.statements import read_rules, write
from infra.pipeline.ksql.changes import plan
from infra.pipeline.ksql.statements import Statement, read_folder
from tests.ksql.fusion import FOLDER, RULES

RULE = """
title: {title}
id: {id}
logsource: {{category: network_connection, product: windows}}
detection:
  a: {{Image|endswith: '\\x.exe'}}
  condition: a
level: low
"""
ID = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RULES, tmp_path / "detections"))


def statements(rules: Path) -> list[Statement]:
    return read_folder(FOLDER, {}, write(rules))


def put(rules: Path, text: str, name: str = "processes/mine.yml") -> None:
    (rules / name).parent.mkdir(exist_ok=True)
    (rules / name).write_text(text, encoding="utf-8")


def test_a_new_rule_changes_the_statement_of_its_folder_alone(rules: Path) -> None:
    before = statements(rules)
    put(rules, RULE.format(title="it's mine", id=ID))
    changes = plan(before, frozenset(), statements(rules))
    assert [(one.file, one.kind) for one in changes.make] == [("detections/processes", "INSERT")]
    assert [(one.file, one.kind) for one in changes.drop] == [("detections/processes", "INSERT")]
    assert ID in changes.make[0].text


def test_a_rule_in_a_folder_of_its_own_changes_no_other_statement(rules: Path) -> None:
    before = statements(rules)
    put(rules, RULE.format(title="mine", id=ID), "ours/mine.yml")
    changes = plan(before, frozenset(), statements(rules))
    assert [one.file for one in changes.make] == ["detections/ours"]
    assert not changes.drop


def test_without_rules_there_is_nothing_to_run(tmp_path: Path) -> None:
    assert write(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (RULE.replace("Image|", "Imag|"), "rule 'mine': there is no field Imag; there are CommandLine"),
        (RULE.replace("category: network_connection", "category: dns"), "rule 'mine' is about the category dns"),
        (RULE.replace("level: low", ""), "rule 'mine' has no level"),
        (RULE.replace("id: {id}", ""), "rule 'mine' has no id"),
        (RULE.replace("condition: a", "condition: a and"), "mine.yml"),
        (RULE.replace("  a:", "  a: ["), "not YAML"),
        (RULE.replace("a: {{Image|endswith: '\\x.exe'}}", "a: [word]"), "values without a field"),
        (RULE.replace("x.exe", "${{partitions}}"), "${partitions} would be taken for a setting"),
        (RULE + "---" + RULE, "a file holds one rule"),
    ],
)  # fmt: skip
def test_a_fault_is_told_by_file_and_rule(rules: Path, text: str, told: str) -> None:
    put(rules, text.format(title="mine", id=ID))
    with pytest.raises(ConfigurationError) as refused:
        write(rules)
    assert "processes/mine.yml: " in str(refused.value)
    assert told in str(refused.value)


def test_two_rules_of_one_id_are_refused(rules: Path) -> None:
    put(rules, RULE.format(title="one", id=ID), "processes/one.yml")
    put(rules, RULE.format(title="two", id=ID), "processes/two.yml")
    with pytest.raises(ConfigurationError, match=r"two\.yml and one\.yml have the same id"):
        write(rules)


def test_every_rule_says_what_it_is_for_and_which_technique_it_is_about() -> None:
    rules = read_rules(RULES)
    assert rules
    for rule in rules:
        assert any(tag.startswith("attack.t") for tag in rule.tags), rule.path
        assert "description:" in rule.path.read_text(encoding="utf-8")


def test_the_rule_in_the_documentation_is_one(rules: Path) -> None:
    told = (RULES.parent / "docs" / "detections.md").read_text(encoding="utf-8")
    put(rules, told.split("```yaml\n", 1)[1].split("```", 1)[0], "processes/irc.yml")
    (statement,) = [one.text for one in statements(rules) if one.file == "detections/processes"]
    assert "conn->`id.resp_p` IN (6667, 6697)" in statement
    assert "NOT SUBSTRING(LCASE(process_name), -9) = '\\mirc.exe'" in statement


@pytest.mark.parametrize("asked", ["ParentImage|endswith: '\\x.exe'", "Image|fieldref: ParentImage"])
def test_a_rule_waits_for_the_parent_that_it_asks_about_or_compares_with(rules: Path, asked: str) -> None:
    told = RULE.format(title="mine", id=ID).replace("Image|endswith: '\\x.exe'", asked)
    put(rules, told.replace("condition: a", "condition: not a"))
    (mine,) = (rule for rule in read_rules(rules) if rule.rule_id == ID)
    waiting = "COALESCE(created_command_line, listed_command_line) IS NOT NULL AND (("
    assert mine.condition.startswith(waiting), "what is not known yet would be taken for what it excludes"
