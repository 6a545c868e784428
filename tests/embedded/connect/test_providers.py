"""References in a configuration are looked up as Kafka's FileConfigProvider does."""

from pathlib import Path

import pytest

from embedded.connect.errors import TaskError
from embedded.connect.providers import resolved


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    path = tmp_path / "secrets.properties"
    path.write_text("# secrets\ntoken=a\\=b\nuser : me\nlong = one \\\n    two\n")
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("${file:PATH:token}", "a=b"),
        ("<${file:PATH:user}/${file:PATH:token}>", "<me/a=b>"),
        ("${file:PATH:long}", "one two"),
        ("$token ${}", "$token ${}"),
    ],
)
def test_a_reference_becomes_the_value(secrets: Path, text: str, expected: str) -> None:
    assert resolved({"option": text.replace("PATH", str(secrets))}) == {"option": expected}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("${file:PATH:nothing}", "has no key 'nothing'"),
        ("${file:/nowhere:token}", "cannot be read"),
        ("${env:TOKEN}", "provider 'env' is not there"),
    ],
)
def test_a_reference_to_nothing_is_an_error(secrets: Path, text: str, said: str) -> None:
    with pytest.raises(TaskError, match=said):
        resolved({"option": text.replace("PATH", str(secrets))})
