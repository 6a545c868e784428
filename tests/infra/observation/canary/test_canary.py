"""Canaries: computed before they are made, found only with their process, counted to the letter."""

import importlib
from typing import Any

import pytest

from infra.observation import probe
from infra.observation.canary.canary import latency, of_probe
from infra.observation.canary.windows import let_fly
from tests.windows_host.local import LocalWindows
from tests.windows_host.model import WindowsHost

REFERENCE: Any = importlib.import_module("communityid")  # its types are incomplete


@pytest.fixture
def shown() -> tuple[Any, dict[str, Any]]:
    """A canary, and the enriched event that shows it."""
    made = probe.make()
    event = {
        "uid": made.uid,
        "community_id": made.community_id,
        "PROCESS_NAME": probe.PROCESS,
        "PROCESS_ID": probe.PROCESS_ID,
    }
    return of_probe(made), event


def test_a_canary_is_shown_by_its_own_event(shown: tuple[Any, dict[str, Any]]) -> None:
    canary, event = shown
    assert canary.is_shown_by(event)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("PROCESS_NAME", "other.exe"),
        ("PROCESS_ID", 2),
        ("PROCESS_ID", None),
        ("uid", "C1"),
        ("community_id", "1:x="),
    ],
)
def test_another_process_or_another_connection_does_not_show_it(
    shown: tuple[Any, dict[str, Any]], field: str, value: object
) -> None:
    canary, event = shown
    assert not canary.is_shown_by({**event, field: value})


def test_a_windows_clients_canary_has_the_community_id_of_the_connection_that_it_makes() -> None:
    model = WindowsHost()
    canary = let_fly(LocalWindows(model), "logs.lab.example:5044")
    ((local, local_port, remote, port),) = model.connected
    assert port == 5044
    flow = REFERENCE.FlowTuple.make_tcp(local, remote, local_port, port)
    assert canary.community_id == REFERENCE.CommunityID().calc(flow)
    assert (canary.process_name, canary.process_id) == (r"C:\Windows\powershell.exe", 4242)


def test_the_slowest_of_ten_weighs_on_p95_and_not_on_p50() -> None:
    told = latency([1.0] * 9 + [11.0])
    assert told.p50 == 1.0
    assert 1.0 < told.p95 < 11.0
    assert str(told).startswith("10 canaries")
