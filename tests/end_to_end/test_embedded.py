"""The embedded stack as its user meets it: up, seen through, changed, broken, repaired, destroyed."""

import re
import ssl

import httpx
import psutil

from infra import topics
from infra.logging_server.embedded.run_directory import await_end
from infra.logging_server.embedded.supervisord import Supervisord
from infra.pipeline.ksql.client import KsqlClient
from tests.end_to_end.conftest import UP, Clone, make_clone

FAULTY = "CREATE STREAM faulty AS SELECT no_such_column FROM conn EMIT CHANGES;"


def test_up_shows_the_connection_of_explorer_exe(clone: Clone) -> None:
    printed = (clone.folder / "up.log").read_text()
    assert "explorer.exe" in printed
    assert "4912" in printed
    assert "asha" in printed


def test_the_console_is_served_under_the_stacks_own_certificate_and_has_seen_the_attack(clone: Clone) -> None:
    outputs = clone.outputs()
    assert outputs.console_url in (clone.folder / "up.log").read_text()
    trusted = ssl.create_default_context(cadata=outputs.ca_certificate)
    with httpx.Client(base_url=outputs.console_url, verify=trusted) as client:
        assert client.get("/").status_code == httpx.codes.OK
        told = client.get("/health").json()
        hops = {hop["name"]: hop for hop in client.get("/api/pipeline").json()["hops"]}
    assert (told["live"], told["trouble"], told["unreadable"]) == (True, "", 0)
    assert hops[topics.ENRICHED]["written"] > 400


def test_the_checks_of_the_running_stack_pass(clone: Clone) -> None:
    printed = clone.types("./lab verify")
    assert re.search(r"\d+ passed", printed)
    assert re.search(r"10 canaries, each found .*: p50 [\d.]+ s, p95 [\d.]+ s", printed)
    assert "test_windows_client: the Windows client is a recording" in printed
    assert "test_zeek_server: the Zeek server is a recording" in printed


def test_a_second_up_changes_nothing(clone: Clone) -> None:
    clone.types(f"{UP} --expect-no-changes")
    clone.types("pulumi up --yes --stack embedded --expect-no-changes")


def test_secrets_are_not_readable_in_state_settings_or_logs(clone: Clone) -> None:
    outputs = clone.outputs()
    secrets = {outputs.splunk_password.get_secret_value(), outputs.hec_token.get_secret_value()}
    texts = [clone.state(), (clone.folder / "up.log").read_text()]
    texts += [path.read_text(errors="replace") for path in clone.run.path.glob("log/*")]
    texts += [path.read_text() for path in clone.run.path.glob("*.json")]
    texts += [" ".join(process.cmdline()) for process in clone.run.processes()]
    assert not [secret for secret in secrets for text in texts if secret in text]
    assert "PRIVATE KEY" not in clone.state()
    assert clone.run.path.stat().st_mode & 0o077 == 0
    written = [
        *clone.run.path.glob("tls/*"),
        *clone.run.path.glob("*password*"),
        *clone.run.path.glob("*.properties"),
        *(clone.run.settings(program) for program in ("kafka", "ksql", "connect", "splunk", "console")),
    ]
    assert len(written) > 8
    assert [path for path in written if path.stat().st_mode & 0o077] == []


def test_a_dead_supervisor_and_its_orphans_are_seen_and_repaired(clone: Clone) -> None:
    supervisord = psutil.Process(Supervisord(clone.run).pid())
    orphan = psutil.Process(clone.pid("splunk"))
    supervisord.kill()
    orphan.kill()
    assert await_end([supervisord, orphan], 10) == []
    refreshed = clone.types("pulumi refresh --yes --diff --stack embedded")
    assert re.search(r"state\s*: \"running\" => \"dead\"", refreshed)
    assert re.search(r"state\s*: \"serving\" => \"stopped\"", refreshed)
    clone.types(UP)
    clone.types(f"{UP} --expect-no-changes")
    clone.types("./lab verify")


def test_what_was_removed_by_hand_is_seen_and_made_again(clone: Clone) -> None:
    outputs = clone.outputs()
    client = KsqlClient(outputs.ksqldb_url)
    detection = next(query for query in client.queries() if "FLOW_DETECTION" in query.sinks)
    client.terminate(detection.id)
    client.drop("TABLE", "FLOW_DETECTION", delete_topic=False)
    code, _ = clone.tries(f"{UP} --expect-no-changes")
    assert code != 0, "the dropped table is noticed"
    clone.types(UP)
    assert "FLOW_DETECTION" in client.sources()
    clone.types(f"{UP} --expect-no-changes")


def test_a_changed_window_updates_just_the_join_and_what_stands_on_it(clone: Clone) -> None:
    client = KsqlClient(clone.outputs().ksqldb_url)
    before = {query.id: query.sinks for query in client.queries()}
    clone.configure({"attribution.window": "90 SECONDS"})
    clone.types(UP)
    after = {query.id: query.sinks for query in client.queries()}
    stayed = {sink for query, sinks in before.items() if query in after for sink in sinks}
    assert {"CONN", "ENDPOINT_SOCKET"} <= stayed
    made_again = {sink for query, sinks in after.items() if query not in before for sink in sinks}
    assert {"CONN_MATCH", "CONN_ENRICHED"} <= made_again
    assert not {"CONN", "ENDPOINT_SOCKET"} & made_again
    clone.types(f"{UP} --expect-no-changes")


RULE = """
title: mine
id: 11111111-2222-4333-8444-555555555555
logsource: {product: windows, category: network_connection}
detection:
  a: {Image|endswith: '\\mine.exe'}
  condition: a
level: low
"""


def test_a_rule_that_is_added_runs_and_nothing_else_is_begun_anew(clone: Clone) -> None:
    client = KsqlClient(clone.outputs().ksqldb_url)
    before = {query.id: query.sinks for query in client.queries()}
    rule = clone.folder / "detections" / "processes" / "mine.yml"
    rule.write_text(RULE)
    clone.types(UP)
    after = {query.id: query for query in client.queries()}
    assert [sinks for query, sinks in before.items() if query not in after] == [{"FLOW_FINDING"}]
    begun = [query for query_id, query in after.items() if query_id not in before]
    assert [(set(query.sinks), query.is_well) for query in begun] == [({"FLOW_FINDING"}, True)]
    rule.write_text(RULE.replace("Image", "Imgae"))
    code, printed = clone.tries(UP)
    assert code != 0
    assert "processes/mine.yml: rule 'mine': there is no field Imgae" in " ".join(printed.split())
    assert "Traceback" not in printed
    rule.unlink()
    clone.types(UP)
    clone.types(f"{UP} --expect-no-changes")


def test_a_faulty_statement_is_told_with_its_place_and_the_next_up_repairs(clone: Clone) -> None:
    file = clone.folder / "ksql" / "50_detections.ksql"
    sound = file.read_text()
    file.write_text(f"{sound}\n{FAULTY}\n")
    line = (
        file.read_text()
        .splitlines()
        .index("CREATE STREAM faulty AS SELECT no_such_column FROM conn EMIT CHANGES;")
    )
    code, printed = clone.tries(UP)
    assert code != 0
    assert f"50_detections.ksql, line {line + 1}" in printed
    assert "NO_SUCH_COLUMN" in printed
    assert "Traceback" not in printed
    file.write_text(sound)
    clone.types(UP)
    clone.types(f"{UP} --expect-no-changes")


def test_a_configuration_that_cannot_work_is_refused_before_anything_is_touched(clone: Clone) -> None:
    pids = {clone.pid(program) for program in ("kafka", "ksql", "connect", "splunk")}
    sound = (clone.folder / "Pulumi.embedded.yaml").read_text()
    clone.configure({"ksqldb.port": 70000, "kafk.port": 1})
    code, printed = clone.tries(UP)
    assert code != 0
    assert "ksqldb.port is '70000'; allowed: a TCP port" in printed
    assert "did you mean kafka.port?" in printed
    assert "Traceback" not in printed
    (clone.folder / "Pulumi.embedded.yaml").write_text(sound)
    assert pids == {clone.pid(program) for program in ("kafka", "ksql", "connect", "splunk")}


def test_a_second_clone_on_the_same_ports_is_refused_before_it_starts_anything(clone: Clone) -> None:
    second = make_clone(clone.folder.parent / "a second clone")
    second.configure(dict(clone.ports))
    code, printed = second.tries("./lab up")
    assert code != 0
    holder = clone.pid("kafka")
    assert f"port {clone.ports['kafka.port']} (kafka.port) is taken by process {holder}" in printed
    assert "pulumi config set kafka.port" in printed
    assert not second.run.path.exists()


def test_the_topics_are_there(clone: Clone) -> None:
    sources = KsqlClient(clone.outputs().ksqldb_url).sources()
    assert {"CONN_ENRICHED", "CONN_UNATTRIBUTED", "FLOW_DETECTION"} <= sources.keys(), topics.ENRICHED
