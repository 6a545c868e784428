"""What a sink connector's configuration may say."""

import pytest

from embedded.connect.validation import errors

GOOD = {
    "name": "n",
    "connector.class": "com.splunk.kafka.connect.SplunkSinkConnector",
    "topics": "a,b",
    "splunk.hec.uri": "https://127.0.0.1:8087",
    "splunk.hec.token": "t",
    "splunk.hec.ssl.trust.store.path": "trust.p12",
}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"splunk.indexes": "one"},
        {"splunk.indexes": "one,two", "splunk.sourcetypes": "x, y"},
        {"connector.class": "SplunkSinkConnector"},
        {"splunk.hec.ssl.trust.store.type": "PKCS12"},
        {
            "value.converter": "org.apache.kafka.connect.json.JsonConverter",
            "value.converter.schemas.enable": "false",
        },
        {"consumer.override.isolation.level": "read_committed"},
        {"errors.tolerance": "all", "errors.deadletterqueue.topic.name": "dead-letters"},
        {"splunk.hec.json.event.enrichment": "a=b,c=d"},
        {"splunk.hec.max.retries": "-1"},
    ],
)
def test_good(more: dict[str, str]) -> None:
    assert errors(GOOD | more) == {}


@pytest.mark.parametrize(
    "missing", ["name", "connector.class", "splunk.hec.uri", "splunk.hec.token", "topics"]
)
def test_missing(missing: str) -> None:
    assert list(errors({key: value for key, value in GOOD.items() if key != missing})) == [missing]


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("splunk.hec.ssl.validate.certs", "false", "certificates are always verified"),
        ("splunk.hec.max.retries", "3", "events would be dropped"),
        ("splunk.hec.raw", "true", "does not have that feature"),
        ("transforms", "route", "does not have that feature"),
        ("kerberos.user.principal", "me", "does not have that feature"),
        ("splunk.hec.uri", "http://127.0.0.1:8087", "only https://"),
        ("splunk.hec.uri", "https://a,https://b", "One HEC URI only"),
        ("splunk.hec.token", " ", "Missing required"),
        ("splunk.hec.ssl.trust.store.path", "", "trust.store.path is missing"),
        ("splunk.hec.ssl.trust.store.type", "PEM", "PKCS12 or JKS"),
        ("splunk.hec.ack.enabled", "yes", "either true or false"),
        ("splunk.hec.ack.poll.interval", "0", "at least 1"),
        ("splunk.hec.ack.poll.interval", "0.1", "Not a number"),
        ("tasks.max", "1000", "At most 16"),
        ("splunk.indexes", "one,two,three", "one for each of the 2 topics"),
        ("topics.regex", "a.*", "mutually exclusive"),
        ("errors.tolerance", "some", "none, all"),
        ("errors.deadletterqueue.topic.name", "a", "must not be among the topics"),
        ("value.converter", "io.confluent.connect.avro.AvroConverter", "could not be found"),
        ("connector.class", "FileStreamSink", "Failed to find any class"),
        ("consumer.override.auto.offset.reset", "never", "Invalid value"),
        ("consumer.override.isolation.level", "none", "Invalid value"),
        ("consumer.override.fetch.min.bytes", "1", "Unknown configuration"),
        ("splunk.hec.json.event.enrichment", "alone", "key=value"),
        ("splunk.hec.tokem", "t", "Unknown configuration 'splunk.hec.tokem'"),
    ],
)
def test_bad(option: str, value: str, said: str) -> None:
    found = errors(GOOD | {option: value})
    assert list(found) == [option]
    assert said in found[option][0]


def test_a_regular_expression_knows_no_indexes_by_topic() -> None:
    config = {key: value for key, value in GOOD.items() if key != "topics"} | {"topics.regex": "a.*"}
    assert errors(config) == {}
    assert "no effect with topics.regex" in errors(config | {"splunk.indexes": "one"})["splunk.indexes"][0]
    assert "Invalid regular expression" in errors(config | {"topics.regex": "a("})["topics.regex"][0]
