"""Community IDs are those of the specification and of every other tool."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedded.shipper.community_id import community_id, protocol_number


def test_specification_vectors(shared: Path) -> None:
    for row in json.loads((shared / "community-id-spec" / "baseline_deflt.json").read_text()):
        ports = (row.get("sport") or 0, row.get("dport") or 0)
        assert community_id(row["proto"], row["saddr"], row["daddr"], *ports) == row["communityid"], row


def test_vectors_of_the_specification_text() -> None:
    assert community_id(6, "128.232.110.120", "66.35.250.204", 34855, 80) == "1:LQU9qZlK+B5F3KDmev6m5PMibrg="
    assert community_id(17, "192.168.1.52", "8.8.8.8", 54585, 53) == "1:d/FP5EW3wiY1vCndhwleRRKHowQ="
    assert community_id(1, "192.168.0.89", "192.168.0.1", 8, 0) == "1:X0snYXpgwiv9TZtqg64sgzUn6Dk="


communityid: Any = importlib.import_module("communityid")  # its types are incomplete

addresses = st.one_of(
    st.tuples(st.ip_addresses(v=4), st.ip_addresses(v=4)),
    st.tuples(st.ip_addresses(v=6), st.ip_addresses(v=6)),
)
ports = st.integers(0, 65535)


@given(addresses, ports, ports, st.sampled_from([1, 6, 17, 58, 132]))
def test_agrees_with_the_library(pair: tuple[object, object], sport: int, dport: int, protocol: int) -> None:
    one, other = (str(address) for address in pair)
    flow = communityid.FlowTuple(protocol, one, other, sport, dport)
    assert community_id(protocol, one, other, sport, dport) == communityid.CommunityID().calc(flow)


@given(addresses, ports, ports, st.sampled_from([6, 17]))
def test_both_ends_see_the_same_id(
    pair: tuple[object, object], sport: int, dport: int, protocol: int
) -> None:
    one, other = (str(address) for address in pair)
    assert community_id(protocol, one, other, sport, dport) == community_id(
        protocol, other, one, dport, sport
    )


def test_both_spellings_of_an_ipv6_address_give_one_id() -> None:
    sysmon = community_id(6, "fe80:0:0:0:0:0:0:1", "fe80:0:0:0:0:0:0:2", 5, 6)
    assert sysmon == community_id(6, "fe80::1%12", "fe80::2", 5, 6)


@pytest.mark.parametrize(
    ("protocol", "source", "destination", "port"),
    [
        (6, "-", "10.0.0.1", 1),
        (6, "10.0.0.1", "::1", 1),
        (6, "10.0.0.1", "10.0.0.2", 65536),
        (6, "1.2.3", "1.2.3.4", 1),
    ],
)
def test_what_is_no_flow_is_refused(protocol: int, source: str, destination: str, port: int) -> None:
    with pytest.raises(ValueError, match=r"address|port"):
        community_id(protocol, source, destination, port, 80)


def test_protocols_by_name_and_number() -> None:
    assert protocol_number("TCP", "10.0.0.1") == 6
    assert protocol_number("17", "10.0.0.1") == 17
    assert protocol_number("icmp", "fe80::1") == 58
    assert protocol_number("gre", "10.0.0.1") is None
