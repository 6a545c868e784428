"""An address may be typed as Zeek or as Sysmon writes it."""

import click
import pytest

from cli.options.address import ADDRESS


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("10.20.0.42", "10.20.0.42"), ("FE80:0:0:0:0:0:0:1", "fe80::1"), ("fe80::1", "fe80::1")],
)
def test_an_address_is_looked_for_as_zeek_writes_it(typed: str, meant: str) -> None:
    assert ADDRESS.convert(typed, None, None) == meant


@pytest.mark.parametrize("typed", ["10.20", "host", "10.20.0.0/16", ""])
def test_what_is_no_address_is_said_and_does_not_just_find_nothing(typed: str) -> None:
    with pytest.raises(click.BadParameter, match="is no IP address"):
        ADDRESS.convert(typed, None, None)
