"""A model of a Windows host: what the roles' scripts read and change, and nothing else."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

Parameters = dict[str, str | int | bool]


@dataclass
class Service:
    """One Windows service."""

    running: bool = False
    automatic: bool = False
    restarts: bool = False
    configuration: tuple[str, ...] = ()


@dataclass
class WindowsHost:
    """Files, services, authorities and programs of one host; `vendors` is the web as it sees it."""

    files: dict[str, bytes] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=lambda: {"w32time": Service()})
    authorities: set[str] = field(default_factory=set)
    size: dict[str, int] = field(
        default_factory=lambda: {"cpus": 2, "memory": 4_000_000_000, "disk": 40_000_000_000}
    )
    clock_ahead: float = 0.0
    time_servers: str = "time.windows.com,0x8"
    osquery_version: str = ""
    vendors: dict[str, str] = field(default_factory=dict)
    """Which organization signed what lies at a URL; a URL that is not here cannot be fetched."""
    ran: list[tuple[str, Parameters]] = field(default_factory=list)
    connected: list[tuple[str, int, str, int]] = field(default_factory=list)
    """The ends of the connections that it was told to open."""

    def reboot(self) -> None:
        """Start anew: services come back as far as they start by themselves."""
        for service in self.services.values():
            service.running = service.automatic

    def run(self, script: str, given: Parameters) -> tuple[int, str, str]:
        """Run a script of ours by its name: exit code, output and errors."""
        self.ran.append((script, given))
        known: dict[str, Callable[[Parameters], str | None]] = {
            "put.ps1": self._put,
            "size.ps1": lambda _: json.dumps(self.size),
            "clock.ps1": lambda _: f"{datetime.now(UTC).timestamp() + self.clock_ahead:.3f}",
            "ends.ps1": lambda _: json.dumps({"local": "192.0.2.8", "remote": "192.0.2.6"}),
            "connect.ps1": self._connect,
            "endpoint.ps1": lambda _: json.dumps(self.endpoint()),
            "service.ps1": self._service,
            "certificate_authority.ps1": self._authority,
            "time.ps1": self._time,
            "sysmon.ps1": self._sysmon,
            "client_certificate.ps1": self._client_certificate,
            "beat.ps1": self._beat,
            "osquery.ps1": self._osquery,
        }
        try:
            said = known[script](given)
        except UnmetError as unmet:
            return 1, f"{unmet}\n", ""
        except ThrownError as thrown:
            return 1, "", f"{thrown}\n"
        return 0, f"{said}\n" if said else "", ""

    def endpoint(self) -> dict[str, object]:
        """What the checks of a running stack ask for."""
        return {
            "services": {
                name: {"running": service.running, "automatic": service.automatic}
                for name, service in self.services.items()
            },
            "sysmon": dict.fromkeys(("network", "process"), 3.0 if "Sysmon64" in self.services else None),
            "defender": True,
            "basic": False,
            "unencrypted": False,
        }

    def _connect(self, given: Parameters) -> str:
        self.connected.append(
            (str(given["Local"]), int(given["LocalPort"]), str(given["Remote"]), int(given["Port"]))
        )
        return json.dumps({"process": r"C:\Windows\powershell.exe", "process_id": 4242})

    def _put(self, given: Parameters) -> None:
        path, partial = str(given["Path"]), f"{given['Path']}.lab-partial"
        if not given.get("Sha256"):
            offset = int(given["Offset"])
            self.files[partial] = self.files.get(partial, b"")[:offset] + base64.b64decode(
                str(given["Base64"])
            )
            return
        found = hashlib.sha256(self.files[partial]).hexdigest()
        if found != given["Sha256"]:
            del self.files[partial]
            raise ThrownError(f"{path} arrived with SHA-256 {found} instead of {given['Sha256']}")
        self.files[path] = self.files.pop(partial)

    def _service(self, given: Parameters) -> None:
        name = str(given["Name"])
        service = self.services.get(name)
        match given["Action"]:
            case "Check":
                if service is None:
                    raise UnmetError(f"the service {name} is not installed")
                if not (service.running and service.automatic and service.restarts):
                    raise UnmetError(f"the service {name} is not as described")
            case "Apply":
                if service is None:
                    raise ThrownError(f"Cannot find any service with service name '{name}'.")
                service.running = service.automatic = service.restarts = True
            case _:
                if service is not None:
                    service.running = False

    def _authority(self, given: Parameters) -> None:
        certificate = str(given["Certificate"])
        match given["Action"]:
            case "Check" if certificate not in self.authorities:
                raise UnmetError("the lab's authority is not trusted yet")
            case "Apply":
                self.authorities.add(certificate)
            case "Remove":
                self.authorities.discard(certificate)

    def _time(self, given: Parameters) -> None:
        wanted = " ".join(f"{server},0x8" for server in str(given["Servers"]).split(","))
        service = self.services["w32time"]
        match given["Action"]:
            case "Check":
                if not (service.running and service.automatic) or self.time_servers != wanted:
                    raise UnmetError("the clock is not kept as described")
            case "Apply":
                service.running = service.automatic = True
                self.time_servers = wanted

    def _fetch(self, given: Parameters, publisher: str) -> None:
        url = str(given["Url"])
        if url not in self.vendors:
            raise ThrownError(f"The remote name could not be resolved: '{url}'")
        if self.vendors[url] != publisher:
            raise ThrownError(f"the file is signed by 'O={self.vendors[url]}', not by '{publisher}'")

    def _sysmon(self, given: Parameters) -> None:
        applied, configuration = r"C:\sysmon.xml", str(given["Configuration"]).encode()
        match given["Action"]:
            case "Check":
                if "Sysmon64" not in self.services or self.files.get(applied) != configuration:
                    raise UnmetError("Sysmon is not as described")
            case "Apply":
                if "Sysmon64" not in self.services:
                    self._fetch(given, "Microsoft Corporation")
                    self.services["Sysmon64"] = Service(running=True, automatic=True)
                self.files[applied] = configuration
            case _:
                self.services.pop("Sysmon64", None)
                self.files.pop(applied, None)

    def _client_certificate(self, given: Parameters) -> None:
        path = r"C:\ProgramData\lab\tls"
        wanted = "".join(str(given[name]) for name in ("Authority", "Certificate", "Key")).encode()
        match given["Action"]:
            case "Check" if self.files.get(path) != wanted:
                raise UnmetError("the client certificate differs")
            case "Apply":
                self.files[path] = wanted
            case "Remove":
                self.files.pop(path, None)

    def _beat(self, given: Parameters) -> None:
        beat = str(given["Beat"])
        wanted = tuple(str(given[name]) for name in sorted(given) if name != "Action")
        service = self.services.get(beat)
        match given["Action"]:
            case "Check":
                if service is None or service.configuration != wanted:
                    raise UnmetError(f"{beat} is not as described")
            case "Apply":
                self._fetch(given, "Elasticsearch, Inc.")
                self.services[beat] = Service(running=True, automatic=True, configuration=wanted)
            case _:
                self.services.pop(beat, None)

    def _osquery(self, given: Parameters) -> None:
        wanted = (str(given["Configuration"]), str(given["Flags"]), str(given["ExtensionSha256"]))
        service = self.services.get("osqueryd")
        match given["Action"]:
            case "Check":
                if (
                    self.osquery_version != given["Version"]
                    or service is None
                    or service.configuration != wanted
                ):
                    raise UnmetError("osquery is not as described")
            case "Apply":
                self._fetch(given, "OSQUERY A Series of LF Projects, LLC")
                self.osquery_version = str(given["Version"])
                self.services["osqueryd"] = Service(running=True, automatic=True, configuration=wanted)
            case _:
                self.osquery_version = ""
                self.services.pop("osqueryd", None)


class UnmetError(Exception):
    """A check found something to do."""


class ThrownError(Exception):
    """A script threw."""
