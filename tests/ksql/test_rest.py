"""What a server answers to the statements that the lab's client sends, to others, and to wrong ones.

`golden/rest.ndjson` holds what the real ksqlDB 8.0 answered, on Kafka. The embedded server is asked the same in the
same order; a server that LAB_KSQLDB_URL names is asked instead of it.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from embedded.kafka.settings import Settings as Kafka
from tests.embedded.ksql.instance_process import InstanceProcess

GOLDEN: Final = Path(__file__).parent / "golden" / "rest.ndjson"
OWN: Final = frozenset(
    {
        "kafkaClusterId", "ksqlServiceId", "version", "commandSequenceNumber", "statementText", "queryString",
        "statement", "topology", "executionPlan", "tasksMetadata", "overriddenProperties", "ksqlHostQueryStatus",
        "topicSummaries", "groupId", "consumerGroupId",
    }
)  # fmt: skip
"""Fields that are there, with something of each server's own in them: ksqlDB writes statements anew, for one."""
QUERY: Final = re.compile(r"\b((?:CSAS|CTAS|INSERTQUERY)[A-Z_]*)_\d+\b")
PLACE: Final = re.compile(r"^line \d+:\d+: ")
OF_A_PARSER: Final = re.compile(r"Syntax Error|Invalid JSON in request")
"""Each parser has its own words after these."""


def plain(answer: Any) -> Any:
    """An answer without what differs from run to run; lists in an order of their own, for ksqlDB has none."""
    if isinstance(answer, dict):
        return {name: "own" if name in OWN else plain(inner) for name, inner in answer.items()}
    if isinstance(answer, list):
        return sorted((plain(inner) for inner in answer), key=lambda inner: json.dumps(inner, sort_keys=True))
    return QUERY.sub(r"\1_N", answer) if isinstance(answer, str) else answer


def answered(client: httpx.Client, asked: dict[str, Any]) -> dict[str, Any]:
    """The answer to one request; in its text `{CSAS_NAME}` stands for the id of that query."""
    queries = client.post("/ksql", json={"ksql": "SHOW QUERIES;"}).json()[0]["queries"]
    ids: dict[str, str] = {QUERY.sub(r"\1", query["id"]): query["id"] for query in queries}
    body = json.loads(
        re.sub(r"\{([A-Z_]+)\}", lambda at: ids.get(at[1], at[1]), json.dumps(asked.get("body")))
    )
    content = body if isinstance(body, str) else json.dumps(body)
    response = client.request(asked["method"], asked["path"], content=content if body is not None else None)
    try:
        told = response.json()
    except json.JSONDecodeError:
        told = response.text
    return {"status": response.status_code, "body": plain(told)}


def messages(answer: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """An error's message, and the answer without it."""
    if answer["status"] < 400 or not isinstance(answer["body"], dict):
        return "", answer
    body = dict(answer["body"])
    return str(body.pop("message")), {**answer, "body": body}


@pytest.fixture
def client(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of a server that has no streams."""
    url = os.environ.get("LAB_KSQLDB_URL")
    if url:
        with httpx.Client(base_url=url, timeout=60) as client:
            yield client
        return
    kafka: Kafka = request.getfixturevalue("kafka")
    instance = InstanceProcess(kafka.bootstrap, "rest_", tmp_path / "ksql")
    try:
        instance.start()
        yield instance.client
    finally:
        instance.close()


def test_a_server_answers_as_ksqldb_does(client: httpx.Client) -> None:
    for line in GOLDEN.read_text(encoding="utf-8").splitlines():
        said = json.loads(line)
        ours, rest = messages(answered(client, said["asked"]))
        theirs, expected = messages(said["answered"])
        assert rest == expected, said["asked"]
        words = OF_A_PARSER.search(theirs)
        if words:
            assert words[0] in ours, said["asked"]
        else:
            assert PLACE.sub("", ours).casefold() in theirs.casefold(), said["asked"]
