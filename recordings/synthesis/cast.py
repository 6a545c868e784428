"""Who is on the network: hosts, and the processes of those that have agents."""

from dataclasses import dataclass
from typing import Final

from recordings.synthesis.chance import hexadecimal

START: Final = 1_791_964_800
"""2026-10-14 08:00:00 UTC: when the hour begins. All times elsewhere are seconds from here."""
BOOT: Final = -4_860.0
"""When the client was switched on; its agents have logged since then."""
HOUR: Final = 3600.0


@dataclass(frozen=True, kw_only=True)
class Host:
    """A machine. `clock` is how many seconds its clock is ahead of the sensor's."""

    name: str
    address: str
    address_v6: str
    agents: frozenset[str] = frozenset()
    clock: float = 0.0


CLIENT: Final = Host(
    name="CLIENT01.corp.example",
    address="10.20.0.42",
    address_v6="fe80::3c5a:91d2:7be4:42",
    agents=frozenset({"sysmon", "osquery"}),
    clock=1.284,
)
DOMAIN_CONTROLLER: Final = Host(
    name="DC01.corp.example",
    address="10.20.0.5",
    address_v6="fe80::8d10:2c77:4a01:5",
    agents=frozenset({"sysmon"}),
    clock=-0.412,
)
LAPTOP: Final = Host(name="LAPTOP07.corp.example", address="10.20.0.43", address_v6="fe80::b4c1:5e09:1f6d:43")
"""It has no agent: nobody can say which of its processes did what."""
PRINTER: Final = Host(name="PRINTER.corp.example", address="10.20.0.60", address_v6="fe80::21b:a9ff:fe3c:60")

USER: Final = "CORP\\asha"
SYSTEM: Final = "NT AUTHORITY\\SYSTEM"
NETWORK_SERVICE: Final = "NT AUTHORITY\\NETWORK SERVICE"
LOCAL_SERVICE: Final = "NT AUTHORITY\\LOCAL SERVICE"


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process. `started` is seconds from START; `parent` is an image, with its process id."""

    host: Host
    image: str
    pid: int
    user: str
    started: float = BOOT
    command_line: str = ""
    parent: str = "C:\\Windows\\System32\\services.exe"
    parent_pid: int = 712

    @property
    def name(self) -> str:
        """The file's name alone."""
        return self.image.rpartition("\\")[2]

    @property
    def guid(self) -> str:
        """Sysmon's name for it: machine, start, token."""
        machine = hexadecimal(self.host.name, 8)
        moment = f"{int(START + self.started):08x}"
        serial = f"{self.pid:04x}{hexadecimal(f'{self.image}{self.pid}', 8)}"
        return f"{{{machine}-{moment[:4]}-{moment[4:]}-{self.pid & 0xFF:02x}00-{serial[:12]:0>12}}}"

    @property
    def osquery_guid(self) -> str:
        """The Osquery extension's name for it, which is not Sysmon's."""
        digits = hexadecimal(f"osquery{self.host.name}{self.image}{self.pid}", 32).upper()
        return f"{digits[:8]}-{digits[8:12]}-11F1-{digits[16:20]}-{digits[20:32]}"

    @property
    def hashes(self) -> str:
        """Of the image, as Sysmon writes them."""
        sha256, imphash = hexadecimal(self.image, 64), hexadecimal(f"imphash{self.image}", 32)
        return f"SHA256={sha256.upper()},IMPHASH={imphash.upper()}"


def _service(image: str, pid: int, user: str, group: str = "") -> Process:
    path = f"C:\\Windows\\System32\\{image}"
    return Process(host=CLIENT, image=path, pid=pid, user=user, command_line=f"{path} {group}".strip())


def _program(image: str, pid: int, started: float, parent: "Process", arguments: str = "") -> Process:
    return Process(
        host=CLIENT,
        image=image,
        pid=pid,
        user=USER,
        started=started,
        command_line=f'"{image}" {arguments}'.strip(),
        parent=parent.image,
        parent_pid=parent.pid,
    )


KERNEL: Final = Process(host=CLIENT, image="System", pid=4, user=SYSTEM, parent="", parent_pid=0)
LSASS: Final = _service("lsass.exe", 728, SYSTEM)
DNS_CLIENT: Final = _service("svchost.exe", 1460, NETWORK_SERVICE, "-k NetworkService -p -s Dnscache")
TIME: Final = _service("svchost.exe", 1104, LOCAL_SERVICE, "-k LocalService -s W32Time")
DISCOVERY: Final = _service(
    "svchost.exe", 2216, LOCAL_SERVICE, "-k LocalServiceAndNoImpersonation -p -s SSDPSRV"
)
POLICY: Final = _service("svchost.exe", 1288, SYSTEM, "-k netsvcs -p -s gpsvc")
UPDATE: Final = _service("svchost.exe", 5380, SYSTEM, "-k netsvcs -p -s wuauserv")
DELIVERY: Final = _service("svchost.exe", 6112, NETWORK_SERVICE, "-k NetworkService -p -s DoSvc")
DEFENDER: Final = Process(
    host=CLIENT,
    image="C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.26080.3\\MsMpEng.exe",
    pid=3344,
    user=SYSTEM,
)
EXPLORER: Final = Process(
    host=CLIENT,
    image="C:\\Windows\\explorer.exe",
    pid=4912,
    user=USER,
    started=BOOT + 41.2,
    command_line="C:\\Windows\\Explorer.EXE",
    parent="C:\\Windows\\System32\\userinit.exe",
    parent_pid=4860,
)
ONEDRIVE: Final = _program(
    "C:\\Users\\asha\\AppData\\Local\\Microsoft\\OneDrive\\OneDrive.exe",
    7204,
    BOOT + 63.0,
    EXPLORER,
    "/background",
)
TEAMS: Final = _program(
    "C:\\Users\\asha\\AppData\\Local\\Microsoft\\Teams\\current\\Teams.exe", 8020, BOOT + 66.5, EXPLORER
)
OUTLOOK: Final = _program(
    "C:\\Program Files\\Microsoft Office\\root\\Office16\\OUTLOOK.EXE", 9340, BOOT + 240.0, EXPLORER
)
CHROME: Final = _program(
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe", 10176, BOOT + 310.0, EXPLORER
)
EDGE: Final = _program(
    "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe", 11424, 1920.0, EXPLORER
)
WORD: Final = _program(
    "C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE",
    12088,
    425.3,
    OUTLOOK,
    '/n "C:\\Users\\asha\\Downloads\\Invoice_10-2026.docm"',
)
POWERSHELL: Final = _program(
    "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe",
    12612,
    432.1,
    WORD,
    # The text within, in UTF-16, is: # made up, no code follows
    "-noP -sta -w 1 -enc IwAgAG0AYQBkAGUAIAB1AHAALAAgAG4AbwAgAGMAbwBkAGUAIABmAG8AbABsAG8AdwBzAA==",
)
SHORT_LIVED: Final = Process(host=CLIENT, image="<unknown process>", pid=13020, user="", started=1500.0)
"""It was gone before Sysmon looked."""

CLIENT_PROCESSES: Final = (
    LSASS, DNS_CLIENT, TIME, DISCOVERY, POLICY, UPDATE, DELIVERY, DEFENDER, EXPLORER,
    ONEDRIVE, TEAMS, OUTLOOK, CHROME, EDGE, WORD, POWERSHELL,
)  # fmt: skip

DC_KERNEL: Final = Process(host=DOMAIN_CONTROLLER, image="System", pid=4, user=SYSTEM)
DC_LSASS: Final = Process(
    host=DOMAIN_CONTROLLER, image="C:\\Windows\\System32\\lsass.exe", pid=640, user=SYSTEM
)
DC_DNS: Final = Process(host=DOMAIN_CONTROLLER, image="C:\\Windows\\System32\\dns.exe", pid=2804, user=SYSTEM)
DC_RPC: Final = Process(
    host=DOMAIN_CONTROLLER, image="C:\\Windows\\System32\\svchost.exe", pid=884, user=NETWORK_SERVICE
)
