"""Limits that do not fit the machine are refused before anything is made."""

import pytest

from infra.errors import ConfigurationError
from infra.logging_server.docker.limits import Limits, check, limits
from infra.logging_server.docker.versions import CURRENT, SEED
from infra.sizes import LOGGING_SERVER


@pytest.mark.parametrize("versions", [CURRENT, SEED])
def test_the_lab_s_own_limits_fit_its_machine(versions: object) -> None:
    assert versions in (CURRENT, SEED)
    check(limits(CURRENT if versions is CURRENT else SEED).values(), LOGGING_SERVER)


def test_limits_beyond_the_machine_are_refused_with_both_figures() -> None:
    with pytest.raises(ConfigurationError, match=r"add up to 12000 MB; the logging server has 11444 MB"):
        check([Limits(cpus=1, memory_mb=6000)] * 2, LOGGING_SERVER)


def test_an_engine_with_less_memory_than_the_limits_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"the engine's machine has 7900 MB"):
        check(limits(CURRENT).values(), LOGGING_SERVER, available_mb=7900)


def test_more_cpus_than_the_machine_has_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="allowed 8 CPUs"):
        check([Limits(cpus=8, memory_mb=100)], LOGGING_SERVER)
