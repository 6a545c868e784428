"""Zeek itself: its scripts, its user, its unit; it comes back after a crash and after a reboot."""

from pathlib import Path
from typing import Final

from infra.provision.command import Command, Upload
from infra.provision.step import Check, Step
from roles.linux import files, systemd

UNIT: Final = "zeek.service"
USER: Final = "zeek"
LOGS: Final = "/opt/zeek/logs"
SCRIPTS: Final = "/etc/lab/zeek"
CONF: Final = Path(__file__).resolve().parent.parent.parent / "conf" / "zeek"

# Zeek's packages make a group of that name for who may read its logs (security:zeek, debian.zeek-*.postinst)
ADD_USER: Final = """set -e
getent group "$1" >/dev/null || groupadd --system "$1"
useradd --system --no-create-home --shell /usr/sbin/nologin --gid "$1" "$1"
"""

TEXT: Final = """[Unit]
Description=Zeek watches {interface}
Documentation=https://docs.zeek.org/
Requires=lab-capture.service
After=lab-capture.service network-online.target

[Service]
User={user}
WorkingDirectory={logs}/current
ExecStartPre=/opt/zeek/bin/zeek --parse-only {scripts}/local.zeek
ExecStart=/opt/zeek/bin/zeek --iface {interface} {scripts}/local.zeek
AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN
CapabilityBoundingSet=CAP_NET_RAW CAP_NET_ADMIN
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
ReadWritePaths={logs}
Restart=always
RestartSec=5
TimeoutStopSec=60
# of the machine's 4 GB, so that a flood ends Zeek and not the machine
MemoryMax=3G

[Install]
WantedBy=multi-user.target
"""


def scripts() -> tuple[Upload, ...]:
    """Our Zeek scripts, as they lie in conf/zeek."""
    return tuple(
        Upload(path=f"{SCRIPTS}/{script.name}", content=script.read_bytes())
        for script in sorted(CONF.glob("*.zeek"))
    )


def steps(interface: str) -> tuple[Step, ...]:
    """The steps that have Zeek watching `interface`."""
    uploads = scripts()
    add_user = Command(arguments=("sh", "-c", ADD_USER, "sh", USER), label=f"useradd {USER}")
    unit = TEXT.format(interface=interface, user=USER, logs=LOGS, scripts=SCRIPTS)
    owner = f"{USER}:{USER}"
    return (
        Step(
            f"the system user {USER}",
            check=(Check(command=Command(arguments=("id", "-u", USER))),),
            apply=(add_user,),
            remove=(Command(arguments=("userdel", USER), ok_exit_codes=frozenset({0, 6})),),
        ),
        Step(
            f"the log folders below {LOGS}",
            check=tuple(
                files.folder_is_there(f"{LOGS}/{name}", "750", owner) for name in ("current", "archive")
            ),
            apply=tuple(files.folder(f"{LOGS}/{name}", "750", owner) for name in ("current", "archive")),
            remove=(Command(arguments=("rm", "-rf", "--", LOGS)),),
        ),
        Step(
            "Zeek's scripts: JSON logs, Community IDs, open and long connections",
            check=tuple(files.is_there(upload) for upload in uploads),
            apply=(*uploads, systemd.restart(UNIT)),
            remove=(Command(arguments=("rm", "-rf", "--", SCRIPTS)),),
        ),
        systemd.unit_step("Zeek, running now and after every reboot", UNIT, unit),
    )
