"""Systemd units: written, enabled, running; restarted when what they read has changed."""

from infra.provision.command import Action, Command, Upload
from infra.provision.step import Check, Step
from roles.linux import files


def is_up(unit: str) -> tuple[Check, ...]:
    """Whether a unit starts at boot and runs now."""
    return (
        Check(command=Command(arguments=("systemctl", "is-enabled", "--quiet", unit))),
        Check(command=Command(arguments=("systemctl", "is-active", "--quiet", unit))),
    )


# "See journalctl" is no help to somebody who sees only what this command wrote
START = """systemctl enable "$1" && systemctl restart "$1" && exit 0
code=$?
journalctl --no-pager --lines 15 --output cat --unit "$1" >&2
exit $code"""


def start(unit: str) -> tuple[Action, ...]:
    """Start a unit anew now, and at every boot; when it fails, the end of its journal says why."""
    return (Command(arguments=("sh", "-c", START, "sh", unit), label=f"systemctl restart {unit}"),)


def stop(unit: str) -> tuple[Action, ...]:
    """Stop a unit and leave it stopped; that there is none is fine."""
    script = """systemctl cat "$1" >/dev/null 2>&1 || exit 0
systemctl disable --now "$1" """
    return (Command(arguments=("sh", "-c", script, "sh", unit), label=f"systemctl disable --now {unit}"),)


def restart(unit: str) -> Command:
    """Restart a unit if it runs; one that does not run yet reads its files when it starts."""
    script = """systemctl cat "$1" >/dev/null 2>&1 || exit 0
systemctl try-restart "$1" """
    return Command(arguments=("sh", "-c", script, "sh", unit), label=f"systemctl try-restart {unit}")


def reload_units() -> Command:
    """Have systemd read its unit files anew."""
    return Command(arguments=("systemctl", "daemon-reload"))


def unit_file(unit: str, text: str) -> Upload:
    """A unit file of ours."""
    return Upload(path=f"/etc/systemd/system/{unit}", content=text.encode())


def service_step(name: str, unit: str) -> Step:
    """The step that has a unit running now and at every boot."""
    return Step(name, check=is_up(unit), apply=start(unit), remove=stop(unit))


def unit_step(name: str, unit: str, text: str) -> Step:
    """The step that has a unit of ours written, running now and at every boot."""
    upload = unit_file(unit, text)
    return Step(
        name,
        check=(files.is_there(upload), *is_up(unit)),
        apply=(upload, reload_units(), *start(unit)),
        remove=(*stop(unit), files.absent(upload.path), reload_units()),
    )
