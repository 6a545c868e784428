"""Does a service serve? Each is asked a question that only a working one answers."""

import ssl
from typing import Annotated, Literal

import httpx
from pydantic import BaseModel, ConfigDict, Field

TIMEOUT_SECONDS = 2.0


class KafkaAnswers(BaseModel):
    """A broker answers a metadata request."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["kafka"] = "kafka"
    host: str
    port: int

    def holds(self) -> bool:
        """Ask; the port first, because librdkafka's first failed call costs seconds of back-off."""
        import socket  # noqa: PLC0415

        from embedded.kafka.broker import answers  # noqa: PLC0415  # librdkafka is loaded only where it is asked

        with socket.socket() as probe:
            probe.settimeout(TIMEOUT_SECONDS)
            if probe.connect_ex((self.host, self.port)) != 0:
                return False
        return answers(f"{self.host}:{self.port}", TIMEOUT_SECONDS)


class HttpAnswers(BaseModel):
    """An HTTP service answers GET `url` with 200; over TLS, its certificate has to be the CA's (a PEM)."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["http"] = "http"
    url: str
    ca_certificate: str | None = None

    def holds(self) -> bool:
        """Ask."""
        verify = ssl.create_default_context(cadata=self.ca_certificate)
        try:
            return httpx.get(self.url, verify=verify, timeout=TIMEOUT_SECONDS).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False


class Lives(BaseModel):
    """A process that serves nobody is well when it has stayed alive for a second (`startsecs`)."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["lives"] = "lives"

    def holds(self) -> bool:
        """Nothing to ask beyond what supervisord knows."""
        return True


Health = Annotated[KafkaAnswers | HttpAnswers | Lives, Field(discriminator="kind")]
