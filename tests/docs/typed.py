"""Which commands of the documentation are typed, where, and which no test types, each with the reason."""

from pathlib import Path
from typing import Final

from tests.conftest import REPOSITORY
from tests.docs.commands import DOCUMENTS, Command, commands, fenced

TUTORIAL: Final = Path("docs/tutorial.md")
"""Typed from beginning to end by tests/end_to_end/test_tutorial.py."""
TYPED_BESIDE: Final = {
    "./lab up": "tests/end_to_end/conftest.py",
    "./lab destroy": "tests/end_to_end/conftest.py",
    "./lab verify": "tests/end_to_end/test_embedded.py",
    "./lab diagnose": "tests/end_to_end/test_diagnosis.py",
}
"""What another test types as it stands, in the course of what it is about."""
NOT_TYPED: Final = {
    "docker ": "needs a Docker engine and images that cannot be had everywhere",
    "./lab test": "runs the tests, this one among them; tests/detections is run as part of them",
    "pytest": "as ./lab test",
    "uv pip compile": "asks the package index for every version of every package: minutes, and other answers each day",
    "python -m embedded.kafka.archives": "asks Maven's repository for every archive, and writes other pins each day",
    "python -m benchmarks.": "measures for minutes, and needs a machine that does nothing else",
}
"""By how it begins. These are parsed: see test_commands.py."""
SHOWN: Final = {
    "./lab setup": "",
    "./lab events": "explorer.exe",
    "./lab events --host NAME": "CLIENT01",
    "./lab report": "connections are reported on in report.html",
    "./lab replay": "C:\\Windows\\explorer.exe",
    "./lab replay PATH": "Detected: a process calls a public address regularly",
    "./lab preview": "unchanged",
    "./lab refresh": "unchanged",
    "./lab COMMAND --help": "--export",
    "./lab up -s STACK": "Console: https://127.0.0.1:",
    "pulumi config": "kafka.port",
    "pulumi stack output console_url": "https://127.0.0.1:",
    "pulumi stack output --show-secrets ksqldb_url": "http://127.0.0.1:",
    "python -m infra.configuration_reference": "",
    "python -m tests.console.pictures docs/images": "",
}
"""What is typed on a stack that is up, and a part of what a reader then sees."""
WRITTEN: Final = {
    "./lab report": "report.html",
    "python -m infra.configuration_reference": "docs/configuration.md",
    "python -m tests.console.pictures docs/images": "docs/images/console-process.png",
}
"""The file that such a command is there for."""
CONFIGURING: Final = ("pulumi config set ", "pulumi config rm ", "pulumi stack init ", "pulumi stack select ")
"""How commands begin that change the configuration: each document's are typed in their order."""
ASKING: Final = {
    "pulumi up": "Do you want to perform this update?",
    "pulumi refresh": "Do you want to perform this refresh?",
    "pulumi destroy": "Do you want to perform this destroy?",
}
"""What asks at a terminal before it acts."""
UNTIL_CTRL_C: Final = ("./lab status --watch",)
IN_A_SHELL: Final = ("source .lab/env", "pre-commit install")
PLACEHOLDERS: Final = {
    "PATH": "tests/detections/recordings/beacon/fires",
    "NAME": "CLIENT01",
    "STACK": "embedded",
    "COMMAND": "events",
    "KEY": "kafka.heap_mb",
    "VALUE": "256",
}
"""What a reader would put for the words that stand for something."""


def why_not(text: str) -> str | None:
    """Why no test types a command; None where one does."""
    return next((why for begin, why in NOT_TYPED.items() if text.startswith(begin)), None)


def told() -> list[Command]:
    """Every command of every document, in their order."""
    return [command for document in DOCUMENTS for command in commands(document)]


def text(command: Command) -> str:
    """The command as it stands."""
    return " ".join(command.words)


def as_typed(told_text: str) -> str:
    """The command with the placeholders filled in."""
    return " ".join(PLACEHOLDERS.get(word, word) for word in told_text.split())


def configuring() -> dict[Path, list[str]]:
    """By document, the commands that change the configuration, in their order."""
    of_all = [(command.document, text(command)) for command in told()]
    return {
        document: [words for of, words in of_all if of == document and words.startswith(CONFIGURING)]
        for document in dict.fromkeys(document for document, words in of_all if words.startswith(CONFIGURING))
    }


def in_the_tutorial() -> set[str]:
    """What its test types: the lines of its blocks, but for those that are a shell's own."""
    lines = fenced((REPOSITORY / TUTORIAL).read_text(encoding="utf-8"))
    return {line.partition(" > ")[0].strip() for line in lines if not line.startswith("source ")}


def left_to_type() -> list[str]:
    """The commands that no other test types, each once: tests/end_to_end/test_typed.py does."""
    beside = {*TYPED_BESIDE, *in_the_tutorial()}
    return list(
        dict.fromkeys(
            text(command)
            for command in told()
            if text(command) not in beside and why_not(text(command)) is None
        )
    )
