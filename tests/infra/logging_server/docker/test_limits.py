"""Limits that do not fit the machine are refused before anything is made."""

import pytest

from infra.errors import ConfigurationError
from infra.logging_server.docker.limits import Limits, check, limits
from infra.logging_server.docker.versions import CURRENT, SEED, Versions
from infra.sizes import LOGGING_SERVER


@pytest.mark.parametrize("versions", [CURRENT, SEED])
def test_the_lab_s_own_limits_fit_its_machine(versions: Versions) -> None:
    check(limits(versions), LOGGING_SERVER)


def test_limits_beyond_the_machine_are_refused_with_both_figures() -> None:
    with pytest.raises(ConfigurationError, match=r"add up to 12000 MB; the logging server has 11444 MB"):
        check({name: Limits(cpus=1, memory_mb=6000) for name in ("a", "b")}, LOGGING_SERVER)


def test_an_engine_with_less_memory_than_the_limits_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"the engine's machine has 7900 MB"):
        check(limits(CURRENT), LOGGING_SERVER, available_mb=7900)


def test_an_engine_with_fewer_cpus_than_a_limit_is_refused_with_the_key_to_set() -> None:
    with pytest.raises(
        ConfigurationError, match="broker may use 4 CPUs; the engine's machine has 2"
    ) as error:
        check(limits(CURRENT), LOGGING_SERVER, available_cpus=2)
    assert error.value.remedy == "pulumi config set docker.cpus 2"
