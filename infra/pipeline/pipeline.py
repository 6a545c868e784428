"""The pipeline on a logging server's endpoints: statements, index, token, sink; the same for every server."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pulumi

from infra import topics
from infra.logging_server.endpoints import Endpoints
from infra.pipeline.connect.sink import SplunkSink, SplunkSinkArgs
from infra.pipeline.detections import compiled as detections
from infra.pipeline.ksql.resource import KsqlStatements
from infra.pipeline.splunk.index import SplunkIndex
from infra.pipeline.splunk.token import HecToken

CARRIED: Final = {topics.ENRICHED: "zeek:conn:enriched", topics.DETECTIONS: "flow:detection"}
"""What is carried to Splunk, with its sourcetype. Unattributed flows are not: they are withdrawn when their
match arrives, and an index withdraws nothing."""
INDEX_DAYS: Final = 2184
"""As long as Splunk keeps events by default (indexes.conf, `frozenTimePeriodInSecs`). It goes by their own
times, and a recording may be years old; INDEX_MB is what bounds the index."""
INDEX_MB: Final = 20_000
"""A third of the logging server's disk."""
NAME: Final = "flow-attribution"


@dataclass(frozen=True, kw_only=True)
class PipelineArgs:
    """Where the pipeline works, the statements' folder and variables, the rules' folder, and the index."""

    endpoints: Endpoints
    statements: Path
    rules: Path
    variables: Mapping[str, str]
    index: str
    journal: Path


class Pipeline(pulumi.ComponentResource):
    """Attribution at work: what is sent to Kafka comes out in Splunk, explained. `hec_token` is a secret."""

    index: pulumi.Output[str]
    hec_token: pulumi.Output[str]

    def __init__(self, name: str, args: PipelineArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("lab:pipeline:Pipeline", name, None, opts)
        at = args.endpoints
        mine = pulumi.ResourceOptions(parent=self, deleted_with=at.home)
        access: dict[str, pulumi.Input[str]] = {
            "url": at.splunk_management_url,
            "user": at.splunk_user,
            "password": at.splunk_password,
            "ca_certificate": at.ca_certificate,
            "instance": at.instance,
        }
        statements = KsqlStatements(
            "statements",
            folder=args.statements,
            more=detections.write(args.rules),
            url=at.ksqldb_url,
            instance=at.instance,
            journal=args.journal,
            variables=args.variables,
            ca_certificate=at.ca_certificate,
            opts=mine,
        )
        index = SplunkIndex(
            "index", access, name=args.index, max_total_mb=INDEX_MB, days=INDEX_DAYS, opts=mine
        )
        token = HecToken(
            "hec-token", access, name=NAME, index=index.name, chosen=at.hec_token or "", opts=mine
        )
        SplunkSink(
            "sink",
            NAME,
            SplunkSinkArgs(
                connect_url=at.connect_url,
                instance=at.instance,
                topics=CARRIED,
                hec_url=at.splunk_hec_url,
                token=at.hand_to_connect("hec-token", token.value),
                token_value=token.value,
                index=index.name,
                trust_store=at.connect_trust_store or "",
                ca_certificate=at.ca_certificate,
            ),
            pulumi.ResourceOptions.merge(mine, pulumi.ResourceOptions(depends_on=[statements])),
        )
        self.index, self.hec_token = index.name, token.value
        self.register_outputs({})
