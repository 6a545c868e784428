"""A machine that is lent to the lab: refused before anything is changed on it, and given back as it was."""

from typing import Any

import pytest

from infra.machines.installed_role import RoleProvider
from infra.machines.lent_machine import LentProvider
from roles.windows.beats import steps as beats
from tests.windows_host.model import WindowsHost


def test_one_that_is_too_small_is_refused_and_left_alone(model: WindowsHost, props: dict[str, Any]) -> None:
    model.size["cpus"] = 1
    with pytest.raises(Exception, match="1 CPUs instead of 2"):
        LentProvider().create(props)
    assert set(model.services) == {"w32time"}


def test_one_that_does_not_answer_is_not_lent_and_not_given_back(away: dict[str, Any]) -> None:
    provider = LentProvider()
    with pytest.raises(Exception, match="cannot be reached after 2 attempts"):
        provider.create(away)
    with pytest.raises(Exception, match="cannot be reached after 2 attempts"):
        provider.delete("id", away)


def test_it_is_given_back_without_the_role_that_was_installed(
    model: WindowsHost, props: dict[str, Any]
) -> None:
    lent = LentProvider().create(props)
    RoleProvider().create(props)
    assert "Sysmon64" in model.services
    assert lent.outs is not None
    LentProvider().delete(lent.id, lent.outs)
    assert set(model.services) == {"w32time"}


def test_it_is_given_back_without_a_role_that_stopped_half_way(
    model: WindowsHost, props: dict[str, Any]
) -> None:
    lent = LentProvider().create(props)
    del model.vendors[beats.url("winlogbeat", "8.19.0")]
    with pytest.raises(Exception, match="winlogbeat"):
        RoleProvider().create(props)
    assert "Sysmon64" in model.services
    assert lent.outs is not None
    LentProvider().delete(lent.id, lent.outs)
    assert set(model.services) == {"w32time"}


def test_other_settings_change_what_will_be_taken_off_and_another_machine_is_another_loan(
    props: dict[str, Any],
) -> None:
    provider = LentProvider()
    settings = {**props["settings"], "shipping": {**props["settings"]["shipping"], "version": "8.20.0"}}
    changed = provider.diff("id", props, {**props, "settings": settings})
    assert (changed.changes, changed.replaces) == (True, [])
    moved = provider.diff("id", props, {**props, "winrm": {**props["winrm"], "host": "192.0.2.9"}})
    assert moved.replaces == ["winrm"]
