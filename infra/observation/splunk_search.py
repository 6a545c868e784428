"""Searches in Splunk by its REST API (search/v2/jobs/export), for whoever wants to see what arrived."""

import json
from typing import Any

from infra.errors import RefusedError
from infra.outputs import StackOutputs
from infra.pipeline import http


def rows(outputs: StackOutputs, search: str, earliest: str = "0") -> list[dict[str, Any]]:
    """The rows of `search`, a text in SPL, over events from `earliest` on.

    Raises:
        UnreachableError: Splunk does not answer, or not with a certificate of the lab's CA.
        RefusedError: Splunk does not carry the search out, and says why.
    """
    access = (outputs.splunk_user, outputs.splunk_password.get_secret_value())
    asked = {"search": f"search {search}", "earliest_time": earliest, "output_mode": "json"}
    with (
        http.client(outputs.splunk_management_url, outputs.ca_certificate, access) as client,
        http.answering("Splunk's management API", outputs.splunk_management_url),
    ):
        answer = client.post("/services/search/v2/jobs/export", data=asked)
    if answer.is_error:
        raise RefusedError(f"Splunk refused the search {search!r}: HTTP {answer.status_code}: {answer.text}")
    lines = (json.loads(line) for line in answer.text.splitlines() if line.strip())
    return [line["result"] for line in lines if "result" in line and not line.get("preview")]
