"""Zeek's scripts: they are Zeek's language, and what they log goes where the statements read it."""

import re
from pathlib import Path

import pytest
import tree_sitter_zeek
from tree_sitter import Language, Node, Parser

from infra import topics

SCRIPTS = sorted((Path(__file__).resolve().parents[3] / "conf" / "zeek").glob("*.zeek"))


def faults(node: Node) -> list[str]:
    """Where the parser found something that is not Zeek's language."""
    if node.type == "ERROR" or node.is_missing:
        return [f"line {node.start_point[0] + 1}: {(node.text or b'').decode()}"]
    return [fault for child in node.children for fault in faults(child)]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_is_in_zeeks_language(script: Path) -> None:
    parser = Parser(Language(tree_sitter_zeek.language()))
    assert not faults(parser.parse(script.read_bytes()).root_node)


def test_open_connections_are_logged_to_the_topic_that_the_statements_read() -> None:
    script = next(script for script in SCRIPTS if script.name == "open-connections.zeek").read_text()
    paths = re.findall(r'\$path="(\w+)"', script)
    assert [topics.zeek(path) for path in paths] == [topics.ZEEK_CONN_OPEN]


def test_every_script_is_loaded() -> None:
    local = next(script for script in SCRIPTS if script.name == "local.zeek").read_text()
    loaded = set(re.findall(r"^@load (\S+)", local, re.MULTILINE))
    assert {f"./{script.stem}" for script in SCRIPTS if script.stem != "local"} <= loaded
