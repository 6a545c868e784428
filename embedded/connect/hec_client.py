"""The sink's side of HEC: events out, acknowledgements in, and what an answer means for the events."""

import gzip
import ssl
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import httpx
import orjson

from embedded.connect.errors import TaskError
from embedded.connect.options import CONNECTOR_VERSION
from embedded.connect.sink_settings import SinkSettings
from embedded.connect.trust import verifying

BAD_EVENT_CODES: Final = frozenset({5, 6, 12, 13, 15})
"""HEC codes that say the events themselves are at fault: sent again, they are refused again."""
INCORRECT_INDEX: Final = 7
CHECK_EVENT: Final = "Splunk HEC Configuration Check"


@dataclass(frozen=True)
class Accepted:
    """HEC took the events; with acknowledgements, `ack_id` says what to ask for."""

    ack_id: int | None


@dataclass(frozen=True)
class Refused:
    """HEC will never take these events as they are; `event_number` (from 0) is the bad one, if HEC says."""

    reason: str
    event_number: int | None


@dataclass(frozen=True)
class Unavailable:
    """HEC cannot take the events now: try again later."""

    reason: str


class HecClient:
    """One channel to one HEC.

    Raises:
        TaskError: the trust store cannot be used.
    """

    def __init__(self, settings: SinkSettings) -> None:
        self._settings = settings
        context: ssl.SSLContext = verifying(settings.trust_store, settings.trust_store_password)
        headers = {
            "Authorization": f"Splunk {settings.token}",
            "X-Splunk-Request-Channel": str(uuid.uuid4()),
            "__splunk_app_name": "Splunk-Connect-for-Kafka",
            "__splunk_app_version": CONNECTOR_VERSION,
        }
        if not settings.keep_alive:
            headers["Connection"] = "close"
        self._http = httpx.Client(
            base_url=settings.uri,
            verify=context,
            headers=headers,
            timeout=settings.socket_timeout,
            trust_env=False,
        )

    def close(self) -> None:
        """End the connection."""
        self._http.close()

    def send(self, events: Sequence[bytes]) -> Accepted | Refused | Unavailable:
        """Send one batch and say what became of it.

        Raises:
            TaskError: acknowledgements are asked for, but the token has none.
        """
        body = b"\n".join(events)
        headers = {"Content-Type": "application/json; profile=urn:splunk:event:1.0; charset=utf-8"}
        if self._settings.compressed:
            body = gzip.compress(body, compresslevel=1)
            headers["Content-Encoding"] = "gzip"
        try:
            answer = self._http.post("/services/collector/event", content=body, headers=headers)
        except httpx.TransportError as error:
            return Unavailable(f"{type(error).__name__}: {error}")
        reply = _reply(answer)
        if answer.status_code in {200, 201}:
            return self._accepted(reply)
        reason = _reason(answer, reply)
        # An index that a record's own header names is the record's fault, else it is the configuration's.
        bad = BAD_EVENT_CODES | ({INCORRECT_INDEX} if self._settings.headers else frozenset())
        if answer.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE or (
            answer.status_code == httpx.codes.BAD_REQUEST and reply.get("code") in bad
        ):
            return Refused(reason, reply.get("invalid-event-number"))
        return Unavailable(reason)

    def acknowledged(self, ack_ids: list[int]) -> set[int] | Unavailable:
        """Which of the ackIds HEC has indexed."""
        try:
            answer = self._http.post("/services/collector/ack", content=orjson.dumps({"acks": ack_ids}))
        except httpx.TransportError as error:
            return Unavailable(f"{type(error).__name__}: {error}")
        reply = _reply(answer)
        if answer.status_code != httpx.codes.OK:
            return Unavailable(_reason(answer, reply))
        return {int(ack_id) for ack_id, indexed in reply.get("acks", {}).items() if indexed}

    def check(self, indexes: Sequence[str]) -> str | None:
        """Send each index the event that proves the configuration; what is wrong, or None."""
        for index in indexes or ("",):
            event = {"event": CHECK_EVENT, "source": "kafka-connect", "sourcetype": "kafka-connect"}
            if index:
                event["index"] = index
            try:
                answer = self._http.post("/services/collector", content=orjson.dumps(event))
            except httpx.TransportError as error:
                return f"Invalid Splunk Configurations: {type(error).__name__}: {error}"
            if not answer.is_success:
                return (
                    f"Bad splunk configurations with status code:{answer.status_code} response:{answer.text}"
                )
        return None

    def _accepted(self, reply: dict[str, Any]) -> Accepted:
        ack_id = reply.get("ackId")
        if self._settings.acknowledged and ack_id is None:
            raise TaskError(
                "splunk.hec.ack.enabled is true, but HEC gives no ackId: the token has no acknowledgements.",
                "Set useACK on the HEC token, then restart the task.",
            )
        return Accepted(ack_id if self._settings.acknowledged else None)


def _reply(answer: httpx.Response) -> dict[str, Any]:
    try:
        reply = orjson.loads(answer.content)
    except ValueError:
        return {"text": answer.text[:200]}
    return reply if isinstance(reply, dict) else {"text": answer.text[:200]}


def _reason(answer: httpx.Response, reply: dict[str, Any]) -> str:
    return f"HEC answered {answer.status_code}: {reply.get('text')} (code {reply.get('code')})"
