"""Two replays never share a stretch of event time."""

from pathlib import Path

import pytest

from embedded.shipper.claim import claim, refuse_late
from embedded.shipper.errors import ClaimError

DAY = 86_400.0
NOW = 1_800_000_000.0


def take(folder: Path, span: float, now: float = NOW) -> float:
    return claim(folder, span=span, end=now, window=60.0, grace=DAY)


def test_the_first_ends_now(tmp_path: Path) -> None:
    assert take(tmp_path / "run", 3600.0) == NOW


def test_each_further_one_ends_before_the_one_before_with_room_between(tmp_path: Path) -> None:
    first, second, third = (take(tmp_path, 3600.0) for _ in range(3))
    assert first - 3600.0 - second >= 120.0
    assert second - 3600.0 - third >= 120.0


def test_what_has_become_free_is_used(tmp_path: Path) -> None:
    take(tmp_path, 3600.0)
    assert take(tmp_path, 3600.0, NOW + 4000.0) == NOW + 4000.0


def test_a_gap_that_is_large_enough_is_used(tmp_path: Path) -> None:
    take(tmp_path, 60.0)
    take(tmp_path, 3600.0)
    later = NOW + 600.0
    assert take(tmp_path, 120.0, later) == later
    assert take(tmp_path, 120.0, later) < later - 120.0


def test_when_none_is_left_the_error_says_what_to_do(tmp_path: Path) -> None:
    for _ in range(3):
        take(tmp_path, 7 * 3600.0)
    with pytest.raises(ClaimError, match=r"7\.0 h") as raised:
        take(tmp_path, 7 * 3600.0)
    assert "--no-replay" in raised.value.remedy


def test_a_recording_longer_than_the_grace_period_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClaimError, match="takes late events for 24 h only") as raised:
        take(tmp_path, DAY + 1)
    assert "--keep-time" in raised.value.remedy


def test_a_recording_at_its_own_times_is_refused_where_a_pipeline_would_drop_a_part_of_it() -> None:
    with pytest.raises(ClaimError, match=r"1 of 2 records .* 24 h older .*2027-01-15 08:00 UTC") as raised:
        refuse_late([NOW - DAY - 1, NOW - DAY], newest=NOW, grace=DAY)
    assert "--no-replay" in raised.value.remedy


@pytest.mark.parametrize("newest", [None, NOW, NOW - 400 * DAY])
def test_one_that_is_late_within_the_grace_or_new_is_taken(newest: float | None) -> None:
    refuse_late([NOW - DAY, NOW + 60], newest=newest, grace=DAY)


def test_stretches_beyond_the_grace_period_are_forgotten(tmp_path: Path) -> None:
    for day in range(50):
        take(tmp_path, 3600.0, NOW + day * DAY)
    assert len((tmp_path / "replayed.json").read_text()) < 200
