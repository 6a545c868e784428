"""A clock's offset is found where the records show it, and nowhere else."""

from collections.abc import Sequence

import pytest

from embedded.shipper.clocks import host_of, measure
from embedded.shipper.record import Form, Record, Role


def flow(number: int, at: float, *, distinctive: bool = True) -> Record:
    return Record(
        "zeek-conn", "zeek", b"", Form.ZEEK, Role.FLOW, at, at, 0.0, f"1:{number}", f"C{number}", distinctive
    )


def event(
    number: int, at: float, host: str = "pc1.x", step: float = 0.001, *, distinctive: bool = True
) -> Record:
    form = Form.OSQUERY if step == 1.0 else Form.WINLOGBEAT
    return Record("t", host, b"", form, Role.ENDPOINT, at, at, step, f"1:{number}", "1", distinctive)


def seconds(records: Sequence[Record], host: str = "pc1") -> float | None:
    return measure(records)[host].seconds


def apart(offset: float, count: int = 20) -> list[Record]:
    """Flows a minute apart, with an event each, of a clock that is off by `offset`."""
    flows = [flow(number, 60.0 * number) for number in range(count)]
    return flows + [event(number, 60.0 * number + offset + number % 3 / 1000) for number in range(count)]


@pytest.mark.parametrize("offset", [0.0, -0.635, 2.75, 3600.0, -483275.132])
def test_the_offset_is_found_whatever_its_size(offset: float) -> None:
    assert seconds(apart(offset)) == pytest.approx(offset, abs=0.01)


def test_flows_whose_beginning_the_sensor_missed_do_not_matter() -> None:
    records = apart(5.0, 20) + [flow(100 + n, 100.0 * n) for n in range(12)]
    late = [event(100 + n, 100.0 * n + 5.0 - 3.0 - 0.7 * n) for n in range(12)]
    assert seconds(records + late) == pytest.approx(5.0, abs=0.01)


def test_each_host_has_its_own() -> None:
    flows = [flow(number, 60.0 * number) for number in range(10)]
    fast = [event(number, 60.0 * number + 2.8, "fast.corp") for number in range(10)]
    slow = [event(number, 60.0 * number - 0.6, "slow.corp") for number in range(10)]
    measured = measure(flows + fast + slow)
    assert measured["fast"].seconds == pytest.approx(2.8)
    assert measured["slow"].seconds == pytest.approx(-0.6)
    assert measured["fast"].support == 10


def test_two_flows_prove_nothing() -> None:
    assert seconds(apart(40_000.0, 2)) is None


def test_one_flow_seen_by_many_sensors_is_one_witness() -> None:
    flows = [flow(1, 100.0 + n / 1000) for n in range(8)]
    assert seconds([*flows, event(1, 40_100.0)]) is None


def test_five_tuples_that_come_back_every_day_prove_nothing() -> None:
    flows = [flow(number, 60.0 * number, distinctive=False) for number in range(10)]
    events = [event(number, 60.0 * number + 40_000.0, distinctive=False) for number in range(10)]
    assert seconds(flows + events) is None


def test_scattered_agreement_by_chance_proves_nothing() -> None:
    # 200 five-tuples taken again on another day, at other intervals: differences everywhere within hours.
    flows = [flow(number, 37.0 * number) for number in range(200)]
    events = [event(number, 90_000.0 + (number * 7919) % 20_000) for number in range(200)]
    assert seconds(flows + events) is None


def test_osquerys_whole_seconds_are_enough_where_nothing_finer_is_there() -> None:
    flows = [flow(number, 61.37 * number) for number in range(30)]
    events = [event(number, float(int(61.37 * number + 12.5)), step=1.0) for number in range(30)]
    assert seconds(flows + events) == pytest.approx(12.5, abs=0.3)


def test_sysmons_milliseconds_win_over_osquerys_seconds() -> None:
    records = apart(12.5)
    coarse = [event(number, float(int(60.0 * number + 12.5)), step=1.0) for number in range(20)]
    assert seconds(records + coarse) == pytest.approx(12.5, abs=0.01)


def test_a_host_is_one_by_its_short_and_its_long_name() -> None:
    assert host_of("PC1.corp.example") == host_of("pc1")
    assert host_of("10.0.0.1") != host_of("10.0.0.2")
