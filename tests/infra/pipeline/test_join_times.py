"""The join's times are what ksql/ says they are."""

from pathlib import Path

import pytest

from infra.errors import ConfigurationError
from infra.pipeline import join_times


def folder(path: Path, window: str = "60 SECONDS", grace: str = "24 HOURS") -> Path:
    text = f"DEFINE attribution_window = '{window}';\nDEFINE attribution_grace = '{grace}';\n"
    (path / "00_settings.ksql").write_text(text)
    return path


def test_the_labs_own_statements_define_both() -> None:
    times = join_times.read(Path(__file__).parents[3] / "ksql", {})
    assert 0 < times.window < times.grace


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90 SECONDS", 90.0), ("1 MINUTE", 60.0), ("2 days", 172_800.0), ("500 MILLISECONDS", 0.5)],
)
def test_durations_in_ksqldbs_units(tmp_path: Path, text: str, seconds: float) -> None:
    assert join_times.read(folder(tmp_path, window=text), {}).window == seconds


def test_the_stacks_configuration_overrides(tmp_path: Path) -> None:
    assert join_times.read(folder(tmp_path), {"ATTRIBUTION_GRACE": "1 HOUR"}).grace == 3600.0


def test_what_is_no_duration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="attribution_window is 'soon'"):
        join_times.read(folder(tmp_path, window="soon"), {})
