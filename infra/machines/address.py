"""Where existing machines are, as configuration and state hold it."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from infra.provision.ssh import SshAddress
from infra.provision.winrm import WinrmAddress


class SshMachine(BaseModel):
    """A machine reached by SSH."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: str = Field(min_length=1)
    user: str = Field(min_length=1)
    port: int = Field(default=22, ge=1, le=65535)
    key_file: str | None = None
    key: SecretStr | None = None
    host_key: str | None = Field(default=None, pattern=r"^SHA256:[A-Za-z0-9+/]{43}$")
    sudo_password: SecretStr | None = None
    jump: "SshMachine | None" = None

    def address(self) -> SshAddress:
        """The address as the transport takes it."""
        return SshAddress(
            host=self.host,
            user=self.user,
            port=self.port,
            key_file=Path(self.key_file).expanduser() if self.key_file else None,
            key=self.key.get_secret_value() if self.key else None,
            host_key=self.host_key,
            sudo_password=self.sudo_password.get_secret_value() if self.sudo_password else None,
            jump=self.jump.address() if self.jump else None,
        )


class WinrmMachine(BaseModel):
    """A Windows machine reached by WinRM."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    host: str = Field(min_length=1)
    user: str = Field(min_length=1)
    password: SecretStr
    transport: Literal["https", "ntlm", "kerberos"] = "https"
    port: int | None = Field(default=None, ge=1, le=65535)
    ca_file: str | None = None

    def address(self) -> WinrmAddress:
        """The address as the transport takes it."""
        return WinrmAddress(
            host=self.host,
            user=self.user,
            password=self.password.get_secret_value(),
            transport=self.transport,
            port=self.port,
            ca_file=Path(self.ca_file).expanduser() if self.ca_file else None,
        )
