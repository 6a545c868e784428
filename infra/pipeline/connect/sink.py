"""The Splunk sink connector as a resource: from topics to an index, at least once, over verified TLS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
from pulumi.dynamic import Resource

from infra.errors import UnreachableError
from infra.pipeline.connect.client import ConnectClient
from infra.private_file import digest
from infra.provider import Inputs, LabProvider, Made

CONNECTOR_CLASS: Final = "com.splunk.kafka.connect.SplunkSinkConnector"
STRING_CONVERTER: Final = "org.apache.kafka.connect.storage.StringConverter"


class SinkInputs(Inputs):
    """A connector: its name and configuration. `token_digest` changes with the token behind a reference."""

    url: str
    instance: str
    name: str
    config: dict[str, str]
    token_digest: str
    state: str = "RUNNING"
    ca_certificate: str | None = None
    user: str | None = None
    password: str | None = None

    def client(self) -> ConnectClient:
        """A client of the Connect cluster."""
        auth = (self.user, self.password) if self.user and self.password else None
        return ConnectClient(self.url, self.ca_certificate, auth)


class SinkProvider(LabProvider[SinkInputs]):
    """Makes connectors."""

    inputs = SinkInputs
    replace_on = frozenset({"name", "url", "instance"})

    def make(self, wanted: SinkInputs) -> Made:
        """Give the connector its configuration and wait until it runs."""
        client = wanted.client()
        client.put(wanted.name, wanted.config)
        client.await_running(wanted.name)
        return Made(wanted.name)

    def find(self, made: Made, wanted: SinkInputs) -> Made | None:
        """Compare configuration and state; a server that is down now tells nothing."""
        client = wanted.client()
        try:
            config = client.config(wanted.name)
            failure = client.failure(wanted.name)
        except UnreachableError:
            return made
        if config is None:
            return None
        # Connect adds the name to what it was given
        given = {key: value for key, value in config.items() if key != "name" or key in wanted.config}
        return Made(made.id, {"config": given, "state": failure or "RUNNING"})

    def change(self, made: Made, had: SinkInputs, wanted: SinkInputs) -> dict[str, Any]:
        """Give the connector its configuration again, and restart what failed or has an old token."""
        del made
        client = wanted.client()
        client.put(wanted.name, wanted.config)
        if had.state != wanted.state or had.token_digest != wanted.token_digest:
            client.restart(wanted.name)
        client.await_running(wanted.name)
        return {}

    def remove(self, made: Made, had: SinkInputs) -> None:
        """Remove the connector."""
        had.client().delete(made.id)


@dataclass(frozen=True, kw_only=True)
class SplunkSinkArgs:
    """What the sink carries, and whereto.

    Attributes:
        connect_url: Connect's REST API.
        instance: names the data behind Connect.
        topics: topics and the sourcetype of each.
        hec_url: the collector, as Connect reaches it.
        token: what stands in the configuration for the token: a reference, or the token itself.
        token_value: the token, of which just the digest is used.
        index: the index that the token writes to.
        trust_store: a PKCS #12 store on Connect's machine; empty when its Java trusts the lab's CA already.
    """

    connect_url: pulumi.Input[str]
    instance: pulumi.Input[str]
    topics: Mapping[str, str]
    hec_url: pulumi.Input[str]
    token: pulumi.Input[str]
    token_value: pulumi.Output[str]
    index: pulumi.Input[str]
    trust_store: pulumi.Input[str]
    ca_certificate: pulumi.Input[str] | None = None


def sink_config(topics: Sequence[str], sourcetypes: Sequence[str], values: Sequence[str]) -> dict[str, str]:
    """The connector's configuration, by the names of the Splunk sink's documentation.

    Args:
        topics: the topics.
        sourcetypes: the sourcetype of each topic.
        values: HEC URL, token, index and trust store.
    """
    hec_url, token, index, trust_store = values
    trust = {
        "splunk.hec.ssl.trust.store.path": trust_store,
        "splunk.hec.ssl.trust.store.type": "PKCS12",
    }
    return {
        "connector.class": CONNECTOR_CLASS,
        "tasks.max": "1",
        "topics": ",".join(topics),
        "key.converter": STRING_CONVERTER,
        "value.converter": STRING_CONVERTER,
        # the statements write transactions: what was aborted is not true
        "consumer.override.isolation.level": "read_committed",
        "consumer.override.auto.offset.reset": "earliest",
        "splunk.hec.uri": hec_url,
        "splunk.hec.token": token,
        "splunk.indexes": ",".join([index] * len(topics)),
        "splunk.sourcetypes": ",".join(sourcetypes),
        "splunk.hec.raw": "false",
        "splunk.hec.ack.enabled": "true",
        "splunk.hec.ack.poll.interval": "1",
        # with two threads, which is its default, version 2.2.1 leaves committed offsets behind
        "splunk.hec.ack.poll.threads": "1",
        "splunk.hec.ssl.validate.certs": "true",
        "splunk.hec.use.record.timestamp": "true",
        "splunk.hec.max.retries": "-1",
        "splunk.flush.window": "1",
        **(trust if trust_store else {}),
    }


class SplunkSink(Resource, module="lab", name="SplunkSink"):
    """A running Splunk sink connector."""

    def __init__(
        self, resource_name: str, name: str, args: SplunkSinkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        topics, sourcetypes = list(args.topics), list(args.topics.values())
        values = pulumi.Output.all(args.hec_url, args.token, args.index, args.trust_store)
        props = {
            "url": args.connect_url,
            "instance": args.instance,
            "name": name,
            "config": values.apply(lambda known: sink_config(topics, sourcetypes, known)),
            "token_digest": pulumi.Output.unsecret(args.token_value.apply(digest)),
            "state": "RUNNING",
            "ca_certificate": args.ca_certificate,
        }
        super().__init__(SinkProvider(), resource_name, props, opts)
