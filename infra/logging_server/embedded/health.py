"""Does a service serve? Each is asked a question that only a working one answers."""

import socket
import ssl
from typing import Annotated, Literal

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
        from confluent_kafka import KafkaException  # noqa: PLC0415  # loaded only where a broker is asked
        from confluent_kafka.admin import AdminClient  # noqa: PLC0415  # as above

        with socket.socket() as probe:
            probe.settimeout(TIMEOUT_SECONDS)
            if probe.connect_ex((self.host, self.port)) != 0:
                return False
        admin = AdminClient({"bootstrap.servers": f"{self.host}:{self.port}", "log_level": 0})
        try:
            return bool(admin.list_topics(timeout=TIMEOUT_SECONDS).brokers)
        except KafkaException:
            return False


class HttpAnswers(BaseModel):
    """An HTTP service answers GET `url` with 200; over TLS, its certificate has to be the CA's (a PEM)."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["http"] = "http"
    url: str
    ca_certificate: str | None = None

    def holds(self) -> bool:
        """Ask."""
        import httpx  # noqa: PLC0415  # as above

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
