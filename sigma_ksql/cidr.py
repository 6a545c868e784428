"""Networks as regular expressions: ksqlDB has no function for addresses."""

from ipaddress import IPv4Network, IPv6Network
from typing import Final

_OCTET: Final = 8
_GROUP: Final = 16
_NIBBLE: Final = 4
_HEX: Final = "0123456789abcdef"


def pattern(network: IPv4Network | IPv6Network) -> str:
    """A Java regular expression that the text of an address matches if it lies in the network.

    IPv6 addresses have to be written out in lower case, without leading zeros and without `::`
    (fe80:0:0:0:0:0:0:1), as Sysmon writes them.
    """
    version_6 = isinstance(network, IPv6Network)
    size, mark, base = (_GROUP, ":", 16) if version_6 else (_OCTET, ".", 10)
    whole, rest = divmod(network.prefixlen, size)
    packed = int(network.network_address)
    parts = [
        (packed >> (network.max_prefixlen - size * (number + 1))) & ((1 << size) - 1)
        for number in range(network.max_prefixlen // size)
    ]
    escaped = ":" if mark == ":" else r"\."
    fixed = escaped.join(_written(part, base) for part in parts[:whole])
    if whole == len(parts):
        return f"^{fixed}$"
    begun = fixed + (escaped if fixed else "")
    if not rest:
        return f"^{begun}" if begun else f"^[0-9a-f]*{escaped}"
    free = size - rest
    block = _hex_block(parts[whole], free) if version_6 else _octets(parts[whole], free)
    return f"^{begun}{block}" + (escaped if whole + 1 < len(parts) else "$")


def _written(part: int, base: int) -> str:
    return f"{part:x}" if base == _GROUP else str(part)


def _octets(first: int, free: int) -> str:
    """The numbers that share all but the last `free` bits with `first`."""
    return "(" + "|".join(str(value) for value in range(first, first + (1 << free))) + ")"


def _hex_block(first: int, free: int) -> str:
    """The same in hexadecimal, without leading zeros."""
    nibbles, bits = divmod(free, _NIBBLE)
    tail = f"[0-9a-f]{{{nibbles}}}" if nibbles else ""
    if first:
        head = first >> (nibbles * _NIBBLE)
        if not bits:
            return f"{head:x}{tail}"
        leading = f"{head >> _NIBBLE:x}" if head >> _NIBBLE else ""
        low = head & 0xF
        return f"{leading}[{_HEX[low : low + (1 << bits)]}]{tail}"
    shorter = f"0|[1-9a-f][0-9a-f]{{0,{nibbles - 1}}}" if nibbles else "0"
    longer = f"|[{_HEX[1 : 1 << bits]}]{tail}" if bits else ""
    return f"({shorter}{longer})"
