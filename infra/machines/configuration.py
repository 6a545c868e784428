"""The settings of the lab's machines, by their keys in `pulumi config`."""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

ZeekServer = Literal["recorded", "existing", "container"]
WindowsClient = Literal["recorded", "existing"]
Port = Annotated[int, Field(ge=1, le=65535)]

SECRETS: Final = ("zeek.sudo_password", "windows.password")
"""The keys that have to be set with --secret."""


class MachineConfiguration(BaseModel):
    """Where the machines are and who may log in. Alias: the key; description: what is allowed."""

    model_config = ConfigDict(frozen=True, validate_default=True)

    zeek_server: ZeekServer = Field(default="recorded", description="recorded, existing or container")
    windows_client: WindowsClient = Field(default="recorded", description="recorded or existing")

    zeek_address: str = Field(
        default="", alias="zeek.address", description="the Zeek server's name or address"
    )
    zeek_user: str = Field(
        default="root", min_length=1, alias="zeek.user", description="a user with sudo, or root"
    )
    zeek_ssh: Port = Field(default=22, alias="zeek.ssh_port", description="a TCP port: from 1 to 65535")
    zeek_key_file: str = Field(
        default="",
        alias="zeek.key_file",
        description="a file with a private key; without it, the agent's keys are tried",
    )
    zeek_host_key: str = Field(
        default="",
        pattern=r"^(SHA256:[A-Za-z0-9+/]{43})?$",
        alias="zeek.host_key",
        description="the fingerprint of its host key (SHA256:…); without it, the first one is pinned",
    )
    zeek_sudo_password: str = Field(
        default="",
        alias="zeek.sudo_password",
        description="the user's password, where sudo asks for it; set it with --secret",
    )
    zeek_jump: str = Field(
        default="",
        pattern=r"^([^@\s]+@[^@\s:]+(:\d+)?)?$",
        alias="zeek.jump",
        description="a jump host: USER@HOST or USER@HOST:PORT",
    )
    zeek_container_image: str = Field(
        default="debian:12",
        pattern=r"^[a-z0-9][a-z0-9._/-]*(:[A-Za-z0-9._-]+)?(@sha256:[0-9a-f]{64})?$",
        alias="zeek.container_image",
        description="the image that a container begins as: Debian or Ubuntu, by tag or by digest",
    )
    zeek_container_port: Port = Field(
        default=2222,
        alias="zeek.container_port",
        description="the TCP port of this machine that leads to the container's SSH: from 1 to 65535",
    )
    zeek_interface: str = Field(
        default="eth0",
        pattern=r"^[A-Za-z0-9_.:@-]{1,15}$",
        alias="zeek.interface",
        description="the capture interface: up to 15 characters",
    )
    zeek_version: str = Field(
        default="lts",
        pattern=r"^(lts|\d+\.\d+)$",
        alias="zeek.version",
        description="lts, or a release train such as 8.0",
    )

    windows_address: str = Field(
        default="", alias="windows.address", description="the Windows client's name or address"
    )
    windows_user: str = Field(
        default="", alias="windows.user", description=r"a local administrator: MACHINE\USER"
    )
    windows_password: str = Field(
        default="", alias="windows.password", description="its password; set it with --secret"
    )
    windows_transport: Literal["https", "ntlm", "kerberos"] = Field(
        default="https", alias="windows.transport", description="https, ntlm or kerberos"
    )
    windows_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        alias="windows.port",
        description="WinRM's TCP port; without it, 5986 for https and 5985 for ntlm and kerberos",
    )
    windows_ca_file: str = Field(
        default="",
        alias="windows.ca_file",
        description="a file with the certificate that bootstrap.ps1 wrote, or its authority's",
    )
    windows_beats_version: str = Field(
        default="8.19.0",
        pattern=r"^\d+\.\d+\.\d+$",
        alias="windows.beats_version",
        description="a release of Elastic's Beats such as 8.19.0",
    )
    windows_osquery_extension_url: str = Field(
        default="",
        pattern=r"^(https://\S+)?$",
        alias="windows.osquery_extension_url",
        description="https address of osquery's socket extension; without it, Sysmon alone reports",
    )
    windows_osquery_extension_sha256: str = Field(
        default="",
        pattern=r"^([0-9A-Fa-f]{64})?$",
        alias="windows.osquery_extension_sha256",
        description="the SHA-256 sum of that extension: 64 hexadecimal digits",
    )
