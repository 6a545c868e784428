"""The reference of configuration keys is what the schema says."""

from infra import config
from infra.configuration_reference import REFERENCE, reference


def test_the_reference_is_current() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == reference(), "python -m infra.configuration_reference"


def test_every_key_is_explained_once() -> None:
    text = reference()
    for key in config.allowed():
        assert text.count(f"| `{key}` |") == 1
