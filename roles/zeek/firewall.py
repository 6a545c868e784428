"""A firewall that lets in SSH only. Capture is not affected: Zeek's packets are taken before it."""

from typing import Final

from infra.provision.command import Command, Upload
from infra.provision.step import Check, Step
from roles.linux import apt, files, systemd

RULES: Final = "/etc/lab/firewall.nft"
UNIT: Final = "lab-firewall.service"

RULES_TEXT: Final = """table inet lab
delete table inet lab
table inet lab {{
  chain input {{
    type filter hook input priority filter; policy drop;
    ct state established,related accept
    ct state invalid drop
    iif lo accept
    # ICMP and ICMPv6, by number: a small installation has no /etc/protocols
    meta l4proto {{ 1, 58 }} accept
    tcp dport {ssh_port} accept
    # a lease is renewed: DHCP, and DHCPv6, whose answer comes from another address than was asked
    udp sport 67 udp dport 68 accept
    udp sport 547 udp dport 546 accept
  }}
}}
"""

UNIT_TEXT: Final = f"""[Unit]
Description=The lab's firewall: SSH only
Before=network-pre.target
Wants=network-pre.target
DefaultDependencies=no
# its own rules begin by flushing everybody's
After=local-fs.target nftables.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/sbin/nft -f {RULES}
ExecReload=/usr/sbin/nft -f {RULES}
ExecStop=-/usr/sbin/nft delete table inet lab

[Install]
WantedBy=multi-user.target
"""


def steps(ssh_port: int) -> tuple[Step, ...]:
    """The steps that close all but SSH; the connection that applies them stays open."""
    rules = Upload(path=RULES, content=RULES_TEXT.format(ssh_port=ssh_port).encode(), mode=0o600)
    unit = systemd.unit_step("the firewall, now and at every boot", UNIT, UNIT_TEXT)
    # the unit counts as active also when somebody has flushed its rules
    loaded = Check(command=Command(arguments=("nft", "list", "chain", "inet", "lab", "input")))
    return (
        apt.packages_step("nftables", "nftables"),
        Step(
            f"firewall rules: SSH on port {ssh_port}, answers, and nothing else",
            check=(files.is_there(rules),),
            apply=(rules, systemd.restart(UNIT)),
            remove=(files.absent(rules.path),),
        ),
        Step(unit.name, check=(*unit.check, loaded), apply=unit.apply, remove=unit.remove),
    )
