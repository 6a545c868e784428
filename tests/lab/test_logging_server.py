"""Every service of the logging server answers, and does its work."""

from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from confluent_kafka.admin import AdminClient

from infra import topics
from infra.errors import UnreachableError
from infra.outputs import StackOutputs
from infra.pipeline import http
from infra.pipeline.connect.client import ConnectClient
from infra.pipeline.ksql.client import KsqlClient
from infra.pipeline.pipeline import NAME

testinfra_hosts = ["local://"]
LOOPBACK = {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
"""The last is how Java listens on the first."""


def test_kafka_answers_and_has_the_topics(stack: StackOutputs) -> None:
    client: dict[str, Any] = {**stack.security, "bootstrap.servers": stack.kafka_bootstrap}
    known = AdminClient(client).list_topics(timeout=10).topics
    assert {topics.ZEEK_CONN, topics.SYSMON_NETWORK, topics.OSQUERY_SOCKETS, topics.ENRICHED} <= set(known)


def test_every_ksql_query_runs(stack: StackOutputs) -> None:
    client = KsqlClient(stack.ksqldb_url, stack.ca_certificate)
    assert client.is_healthy()
    queries = client.queries()
    assert queries
    assert [query for query in queries if not query.is_well] == []


def test_the_splunk_sink_runs(stack: StackOutputs) -> None:
    assert ConnectClient(stack.connect_url, stack.ca_certificate).failure(NAME) is None


@pytest.mark.parametrize(
    "url",
    [
        "splunk_management_url",
        # elsewhere it is an address that only Connect has a way to
        pytest.param("splunk_hec_url", marks=pytest.mark.lives_in("logging_server", "embedded")),
    ],
)
def test_a_certificate_of_the_lab_s_ca_is_shown_and_no_other_would_do(stack: StackOutputs, url: str) -> None:
    address = getattr(stack, url)
    path = "/services/collector/health"
    with http.client(address, stack.ca_certificate) as client:
        assert client.get(path).status_code < httpx.codes.INTERNAL_SERVER_ERROR
    with (
        http.client(address) as stranger,
        pytest.raises(UnreachableError, match="CERTIFICATE_VERIFY_FAILED"),
        http.answering("Splunk", address),
    ):
        stranger.get(path)


@pytest.mark.lives_in("logging_server", "embedded")
def test_nothing_listens_to_other_machines(host: Any, stack: StackOutputs) -> None:
    urls = (stack.ksqldb_url, stack.connect_url, stack.splunk_management_url, stack.splunk_hec_url)
    ports = {urlsplit(url).port for url in (*urls, f"kafka://{stack.kafka_bootstrap}")}
    listening = [
        socket.rpartition(":") for socket in host.socket.get_listening_sockets() if "tcp://" in socket
    ]
    found = {(int(port), address.removeprefix("tcp://")) for address, _, port in listening}
    ours = {(port, address) for port, address in found if port in ports}
    assert {port for port, _ in ours} == ports
    assert {address for _, address in ours} <= LOOPBACK
