"""The capture interface: there, promiscuous, and without offloads: they make packets no wire carried."""

from typing import Final

from infra.provision.command import Command
from infra.provision.step import Check, Step
from roles.linux import apt, systemd

UNIT: Final = "lab-capture.service"

TEXT: Final = """[Unit]
Description=Promiscuous mode and no offloads on {interface}, for Zeek
After=network.target

[Service]
Type=oneshot
RemainAfterExit=yes
TimeoutStartSec=60
# a device unit would say when it is there, but containers have none
ExecStartPre=/bin/sh -c 'until test -e /sys/class/net/{interface}; do sleep 1; done'
ExecStart=/usr/sbin/ip link set dev {interface} up promisc on
# an interface that lacks one of these features says so; the others are still turned off
ExecStart=-/usr/sbin/ethtool --offload {interface} rx off tx off
ExecStart=-/usr/sbin/ethtool --offload {interface} gro off gso off tso off lro off
ExecStop=/usr/sbin/ip link set dev {interface} promisc off

[Install]
WantedBy=multi-user.target
"""

SAY_INTERFACES: Final = """test -e "/sys/class/net/$1" && exit 0
echo "there is no interface $1; this machine has: $(ls /sys/class/net | tr '\\n' ' ')" >&2
exit 1"""

# What the driver does not let us change is told as "on [fixed]", what it refused as "on [requested off]"; the
# lines that sum up several features say neither, so each is looked at by itself. A driver may tell nothing.
NO_OFFLOADS: Final = r"""features=$(ethtool --show-offload "$1" 2>/dev/null) || exit 0
each='rx-checksumming|tx-checksum-[a-z0-9-]+|tx-tcp[a-z0-9-]*-segmentation|generic-(segmentation|receive)-offload'
! printf '%s\n' "$features" | grep -E "^[[:space:]]*($each|large-receive-offload): on\$"
"""


def steps(interface: str) -> tuple[Step, ...]:
    """The steps that have the interface ready for capture."""
    exists = Command(
        arguments=("sh", "-c", SAY_INTERFACES, "sh", interface), label=f"look for the interface {interface}"
    )
    no_offloads = Check(
        command=Command(arguments=("sh", "-c", NO_OFFLOADS, "sh", interface), label="no offloads")
    )
    promiscuous = 'test $(( $(cat "/sys/class/net/$1/flags") & 0x100 )) -ne 0'
    unit = systemd.unit_step(
        f"{interface} is promiscuous and without offloads",
        UNIT,
        TEXT.format(interface=interface),
    )
    flag = Check(command=Command(arguments=("sh", "-c", promiscuous, "sh", interface), label="promiscuous"))
    return (
        Step(f"the capture interface {interface} exists", check=(Check(command=exists),), apply=(exists,)),
        apt.packages_step("ip and ethtool", "iproute2", "ethtool"),
        Step(unit.name, check=(*unit.check, flag, no_offloads), apply=unit.apply, remove=unit.remove),
    )
