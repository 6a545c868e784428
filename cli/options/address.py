"""The type of an option that names an IP address."""

from ipaddress import ip_address
from typing import Final

import click


class Address(click.ParamType[str]):
    """An IP address as Zeek writes it, in whichever way it was typed: Sysmon writes IPv6 out in full."""

    name = "ip"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The address; a usage error where it is none."""
        try:
            return str(ip_address(value))
        except ValueError:
            self.fail(f"{value!r} is no IP address; a whole one is needed", param, ctx)


ADDRESS: Final = Address()
