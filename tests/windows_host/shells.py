"""The remote shell protocol of WS-Management (MS-WSMV): shells, commands, input, output."""

import base64
import json
import threading
import time
import uuid
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import Final

from tests.windows_host import scripts
from tests.windows_host.model import WindowsHost

SHELL: Final = "http://schemas.microsoft.com/wbem/wsman/1/windows/shell"
TIMED_OUT: Final = 2150858793
"""WSManFault code of a Receive that found no output within its operation timeout."""
NO_SHELL: Final = 2150858843


@dataclass
class Running:
    """One command: its input so far and, once it ended, what it did."""

    given: bytes = b""
    result: tuple[int, str, str] | None = None
    ended: threading.Event = field(default_factory=threading.Event)


class FaultError(Exception):
    """A SOAP fault with a code of WS-Management."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass
class Shells:
    """All shells of one host. `slow` is how long each command takes, in seconds."""

    host: WindowsHost
    operation_timeout: float = 0.5
    slow: float = 0.0
    open: set[str] = field(default_factory=set)
    commands: dict[str, Running] = field(default_factory=dict)

    def reboot(self) -> None:
        """Lose all shells, as a host does that starts anew."""
        self.open.clear()
        self.commands.clear()
        self.host.reboot()

    def answer(self, message: bytes) -> str:
        """Answer one SOAP message.

        Raises:
            FaultError: the shell is unknown, or nothing was written in time.
        """
        root = ET.fromstring(message)  # noqa: S314  # from our own client, on loopback
        action = _text(root, "Action").rsplit("/", 1)[1]
        relates = f"<a:RelatesTo>{_text(root, 'MessageID')}</a:RelatesTo>"
        if action != "Create" and _text(root, "Selector") not in self.open:
            raise FaultError(NO_SHELL, "The request contained invalid selectors for the resource.")
        body = {
            "Create": self._create,
            "Command": self._command,
            "Send": self._send,
            "Receive": self._receive,
            "Signal": lambda _: "",
            "Delete": self._delete,
        }[action](root)
        return envelope(relates, body)

    def _create(self, _root: ET.Element) -> str:
        shell = str(uuid.uuid4()).upper()
        self.open.add(shell)
        return f'<w:SelectorSet><w:Selector Name="ShellId">{shell}</w:Selector></w:SelectorSet>'

    def _command(self, root: ET.Element) -> str:
        assert _text(root, "Command") == "powershell.exe"
        command = str(uuid.uuid4()).upper()
        self.commands[command] = Running()
        return f"<rsp:CommandResponse><rsp:CommandId>{command}</rsp:CommandId></rsp:CommandResponse>"

    def _send(self, root: ET.Element) -> str:
        stream = next(node for node in root.iter() if node.tag.endswith("}Stream"))
        running = self.commands[stream.attrib["CommandId"]]
        running.given += base64.b64decode(stream.text or "")
        if stream.get("End") == "true":
            threading.Thread(target=self._execute, args=(running,), daemon=True).start()
        return "<rsp:SendResponse/>"

    def _execute(self, running: Running) -> None:
        given = json.loads(running.given.decode("ascii"))
        for part in given["prelude"]:
            scripts.name_of(part)
        name, parameters = scripts.name_of(given["script"]), given["parameters"]
        running.result = _mismatch(given["script"], parameters) or self.host.run(name, parameters)
        time.sleep(self.slow)
        running.ended.set()

    def _receive(self, root: ET.Element) -> str:
        command = next(node for node in root.iter() if node.tag.endswith("}DesiredStream")).attrib[
            "CommandId"
        ]
        running = self.commands[command]
        if not running.ended.wait(self.operation_timeout):
            raise FaultError(
                TIMED_OUT, "The WS-Management service cannot complete the operation within the time."
            )
        assert running.result is not None
        code, out, err = running.result
        streams = "".join(
            f'<rsp:Stream Name="{name}" CommandId="{command}">{base64.b64encode(text.encode()).decode()}</rsp:Stream>'
            for name, text in (("stdout", out), ("stderr", err))
        )
        state = f'<rsp:CommandState CommandId="{command}" State="{SHELL}/CommandState/Done">'
        return (
            f"<rsp:ReceiveResponse>{streams}{state}<rsp:ExitCode>{code}</rsp:ExitCode>"
            "</rsp:CommandState></rsp:ReceiveResponse>"
        )

    def _delete(self, root: ET.Element) -> str:
        self.open.discard(_text(root, "Selector"))
        return ""


def envelope(header: str, body: str) -> str:
    """A SOAP envelope with the namespaces of the protocol."""
    return (
        '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        'xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" '
        f'xmlns:rsp="{SHELL}"><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>'
    )


def fault(error: FaultError) -> str:
    """The envelope of a fault."""
    wsman = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
    return envelope(
        "",
        "<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code>"
        f'<s:Reason><s:Text xml:lang="en-US">{error}</s:Text></s:Reason>'
        f'<s:Detail><f:WSManFault xmlns:f="{wsman}" Code="{error.code}"/></s:Detail></s:Fault>',
    )


def _mismatch(script: str, given: dict[str, object]) -> tuple[int, str, str] | None:
    """What PowerShell would say of parameters that do not fit the script's `param` block."""
    wanted = scripts.parameters(script) if "param(" in script else {}
    unknown = set(given) - set(wanted)
    missing = {name for name, parameter in wanted.items() if parameter.mandatory} - set(given)
    refused = [n for n, p in wanted.items() if p.allowed and n in given and given[n] not in p.allowed]
    if unknown or missing or refused:
        return 1, "", f"parameters do not fit: unknown {unknown}, missing {missing}, refused {refused}\n"
    return None


def _text(root: ET.Element, name: str) -> str:
    return next(node for node in root.iter() if node.tag.endswith(f"}}{name}")).text or ""
