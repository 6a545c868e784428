"""Does a service serve? Each is asked a question that only a working one answers."""

import socket
import ssl
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

TIMEOUT_SECONDS = 2.0
_SHOWN = 200
"""Characters of an answer that are told."""


class KafkaAnswers(BaseModel):
    """A broker answers a metadata request."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["kafka"] = "kafka"
    host: str
    port: int

    def refusal(self) -> str:
        """Why it does not serve, empty when it does.

        The port is asked first, because librdkafka's first failed call costs seconds of back-off.
        """
        from confluent_kafka import KafkaException  # noqa: PLC0415  # loaded only where a broker is asked
        from confluent_kafka.admin import AdminClient  # noqa: PLC0415  # as above

        with socket.socket() as probe:
            probe.settimeout(TIMEOUT_SECONDS)
            if probe.connect_ex((self.host, self.port)) != 0:
                return f"nobody listens on {self.host}:{self.port}"
        admin = AdminClient({"bootstrap.servers": f"{self.host}:{self.port}", "log_level": 0})
        try:
            brokers = admin.list_topics(timeout=TIMEOUT_SECONDS).brokers
        except KafkaException as error:
            return f"{self.host}:{self.port} does not answer as Kafka: {error.args[0].str()}"
        return "" if brokers else f"{self.host}:{self.port} knows of no broker"


class HttpAnswers(BaseModel):
    """An HTTP service answers GET `url` with 200; over TLS, its certificate has to be the CA's (a PEM)."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["http"] = "http"
    url: str
    ca_certificate: str | None = None

    def refusal(self) -> str:
        """Why it does not serve, empty when it does."""
        import httpx  # noqa: PLC0415  # as above

        verify = ssl.create_default_context(cadata=self.ca_certificate)
        try:
            answer = httpx.get(self.url, verify=verify, timeout=TIMEOUT_SECONDS)
        except httpx.HTTPError as error:
            return f"{self.url} does not answer: {error or type(error).__name__}"
        if answer.status_code == httpx.codes.OK:
            return ""
        return f"{self.url} answers HTTP {answer.status_code} {answer.text[:_SHOWN]}".rstrip()


class Lives(BaseModel):
    """A process that serves nobody is well when it has stayed alive for a second (`startsecs`)."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["lives"] = "lives"

    def refusal(self) -> str:
        """Empty: there is nothing to ask beyond what supervisord knows."""
        return ""


Health = Annotated[KafkaAnswers | HttpAnswers | Lives, Field(discriminator="kind")]
