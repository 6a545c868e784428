"""HEC's answers: HTTP status, code and text, as in Splunk's manual "Troubleshoot HTTP Event Collector"."""

from dataclasses import dataclass
from typing import Final

from starlette.responses import JSONResponse


@dataclass(frozen=True)
class Reply:
    """One of HEC's answers."""

    status: int
    code: int
    text: str

    def response(self, *, ack_id: int | None = None, event_number: int | None = None) -> JSONResponse:
        """The answer on the wire, with the ackId or the number (from 0) of the event that is to blame."""
        body: dict[str, str | int] = {"text": self.text, "code": self.code}
        if event_number is not None:
            body["invalid-event-number"] = event_number
        if ack_id is not None:
            body["ackId"] = ack_id
        return JSONResponse(body, self.status)


SUCCESS: Final = Reply(200, 0, "Success")
TOKEN_DISABLED: Final = Reply(403, 1, "Token disabled")
TOKEN_REQUIRED: Final = Reply(401, 2, "Token is required")
INVALID_AUTHORIZATION: Final = Reply(401, 3, "Invalid authorization")
INVALID_TOKEN: Final = Reply(403, 4, "Invalid token")
NO_DATA: Final = Reply(400, 5, "No data")
INVALID_DATA_FORMAT: Final = Reply(400, 6, "Invalid data format")
INCORRECT_INDEX: Final = Reply(400, 7, "Incorrect index")
INTERNAL_ERROR: Final = Reply(500, 8, "Internal server error")
SERVER_BUSY: Final = Reply(503, 9, "Server is busy")
CHANNEL_MISSING: Final = Reply(400, 10, "Data channel is missing")
INVALID_CHANNEL: Final = Reply(400, 11, "Invalid data channel")
EVENT_REQUIRED: Final = Reply(400, 12, "Event field is required")
EVENT_BLANK: Final = Reply(400, 13, "Event field cannot be blank")
ACK_DISABLED: Final = Reply(400, 14, "ACK is disabled")
INVALID_FIELDS: Final = Reply(400, 15, "Error in handling indexed fields")
QUERY_STRING_AUTH_DISABLED: Final = Reply(400, 16, "Query string authorization is not enabled")
HEALTHY: Final = Reply(200, 17, "HEC is healthy")
UNHEALTHY: Final = Reply(503, 18, "HEC is unhealthy, queues are full")
TOO_LARGE: Final = Reply(413, 27, "Request entity too large")
