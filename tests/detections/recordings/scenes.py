"""For each rule a scene that it is about, and one that is so like it that the rule must stay quiet."""

from dataclasses import dataclass
from typing import Final

from recordings.synthesis.cast import (
    CHROME,
    CLIENT,
    DOMAIN_CONTROLLER,
    EXPLORER,
    LSASS,
    USER,
    WORD,
    Process,
)

OUTSIDE: Final = "203.0.113.80"
"""RFC 5737: kept for documentation, so it is nobody's."""
CONTROLLER: Final = DOMAIN_CONTROLLER.address
_SYSTEM32: Final = "C:\\Windows\\System32\\"
_POWERSHELL: Final = _SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe"
_FIRST_PORT: Final = 50_001


@dataclass(frozen=True, kw_only=True)
class Call:
    """Connections of one process to one place, at so many seconds; each from the next port."""

    process: Process
    address: str = OUTSIDE
    port: int = 443
    service: str = "ssl"
    at: tuple[float, ...] = (60.0,)
    first_port: int = _FIRST_PORT


def _program(image: str, arguments: str = "", parent: Process = EXPLORER, pid: int = 7340) -> Process:
    return Process(
        host=CLIENT,
        image=image,
        pid=pid,
        user=USER,
        started=20.0,
        command_line=f'"{image}" {arguments}'.rstrip(),
        parent=parent.image,
        parent_pid=parent.pid,
    )


_SYNC: Final = _program("C:\\Users\\asha\\AppData\\Roaming\\sync.exe")
_READER: Final = _program("C:\\Program Files\\Feeds\\reader.exe", pid=7344)

_BEACON: Final = tuple(
    60.0 * number + offset
    for number, offset in enumerate((0, 7, -6, 4, -9, 8, 1, -5, 9, -2, 6, -8, 3, -7, 5), start=1)
)
"""Fifteen calls, a minute apart, give or take a seventh of it."""
_READING: Final = (60, 61, 63, 70, 180, 181, 182, 185, 410, 412, 413, 640, 641, 645, 910)
"""Fifteen as somebody clicks: in bursts."""

SCENES: Final[dict[str, tuple[tuple[Call, ...], tuple[Call, ...]]]] = {
    "no_network_business": (
        (Call(process=_program(_SYSTEM32 + "notepad.exe")),),
        (
            Call(process=_program("C:\\Program Files\\Notepad++\\notepad++.exe")),
            Call(process=EXPLORER, address=CONTROLLER, port=445, service="smb", first_port=50_101),
        ),
    ),
    "lsass_to_the_outside": (
        (Call(process=LSASS),),
        (Call(process=LSASS, address=CONTROLLER, port=88, service="krb_tcp"),),
    ),
    "office_child": (
        (Call(process=_program(_POWERSHELL, "-NoProfile -File a.ps1", WORD)),),
        (
            Call(process=_program(_POWERSHELL, "-NoProfile -File a.ps1")),
            Call(
                process=_program(_SYSTEM32 + "cmd.exe", "/c dir \\\\dc01\\share", WORD, pid=7344),
                address=CONTROLLER,
                port=445,
                service="smb",
                first_port=50_101,
            ),
            Call(
                process=_program("C:\\Program Files\\Mozilla Firefox\\firefox.exe", "", WORD, pid=7348),
                first_port=50_201,
            ),
        ),
    ),
    "proxy_execution": (
        (
            Call(
                process=_program(_SYSTEM32 + "mshta.exe", "http://files.example/a.hta"),
                port=80,
                service="http",
            ),
        ),
        (
            Call(
                process=_program(_SYSTEM32 + "regsvr32.exe", "/s \\\\dc01\\share\\a.dll"),
                address=CONTROLLER,
                port=445,
                service="smb",
            ),
        ),
    ),
    "rundll32_without_arguments": (
        (Call(process=_program(_SYSTEM32 + "rundll32.exe")),),
        (Call(process=_program(_SYSTEM32 + "rundll32.exe", "shell32.dll,Control_RunDLL")),),
    ),
    "shell_on_odd_port": (
        (Call(process=_program(_POWERSHELL, "-NoProfile -File a.ps1"), port=4444, service=""),),
        (
            Call(process=_program(_POWERSHELL, "-NoProfile -File a.ps1")),
            Call(
                process=_program("C:\\Program Files\\PowerShell\\7\\pwsh.exe", "", pid=7344),
                address=CONTROLLER,
                port=5985,
                service="http",
                first_port=50_101,
            ),
        ),
    ),
    "beacon": (
        (Call(process=_SYNC, at=_BEACON),),
        (
            Call(process=_READER, at=_READING),
            Call(
                process=_SYNC,
                address=CONTROLLER,
                port=445,
                service="smb",
                at=_BEACON,
                first_port=50_101,
            ),
        ),
    ),
}
"""By the name of the rule's file: what fires it, and what does not."""

AROUND: Final = Call(process=CHROME, address="203.0.113.10", at=(12.0, 31.5, 44.0, 52.25), first_port=49_800)
"""What goes on meanwhile; clocks are measured by it."""
