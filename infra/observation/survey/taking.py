"""Taking the survey: all parts are asked at once; one that does not answer is told."""

import json
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import unquote, urlsplit

from infra import topics
from infra.errors import LabError, UnreachableError
from infra.logging_server.embedded.run_directory import RunDirectory
from infra.logging_server.embedded.supervisord import Supervisord
from infra.observation import splunk_search
from infra.observation.probe import IN_SPLUNK
from infra.observation.survey import asking, broker, conclusions, hop, tails, way
from infra.observation.survey.seen import Index, Program, Query, Service, Sink, Survey, Topic
from infra.outputs import StackOutputs
from infra.pipeline import join_times
from infra.pipeline.connect.client import ConnectClient
from infra.pipeline.ksql.client import KsqlClient
from infra.pipeline.pipeline import CARRIED, NAME
from infra.pipeline.splunk.client import INDEXES, SplunkAccess

ENRICHED: Final = f'"{CARRIED[topics.ENRICHED]}"'
_RECORDED: Final = "recorded"
T = TypeVar("T")
D = TypeVar("D")


def take(told: StackOutputs, project: Path) -> Survey:
    """Look at a stack once.

    Args:
        told: the stack's outputs.
        project: the folder of the clone, which ksql/ and the run directory are in.
    """
    at = time.time()
    run = RunDirectory(project / told.run_directory)
    is_embedded = told.logging_server == "embedded"
    asked = way.statements(project / "ksql", project / "detections")
    times = join_times.read(project / "ksql", {})
    with ThreadPoolExecutor(max_workers=6) as pool:
        services = {service.kind: service for service in pool.map(lambda ask: ask(), _questions(told))}
        survey = Survey(
            at=at,
            logging_server=told.logging_server,
            is_live=told.zeek_server != _RECORDED or told.windows_client != _RECORDED,
            services=services,
            programs=_programs(run) if is_embedded else (),
            free_mb=shutil.disk_usage(run.path).free // 10**6 if is_embedded and run.path.exists() else None,
            needed_mb=_needed_mb(run) if is_embedded else 0,
            window_seconds=times.window,
            grace_seconds=times.grace,
        )
        parts = [pool.submit(part, told, survey, asked) for part in (_from_kafka, _from_ksqldb, _from_splunk)]
        kafka, ksqldb, splunk = (part.result() for part in parts)
    lags = kafka.pop("lags", {})
    queries = [replace(query, lag=lags.get(query.id)) for query in ksqldb.pop("queries", ())]
    sink = _sink(told, survey, kafka.pop("sink_lag", None))
    return replace(survey, queries=queries, sink=sink, **kafka, **splunk)


def written(told: StackOutputs) -> tuple[float, dict[str, Topic]]:
    """How far the topics of sources and results are written at this moment, and when that is."""
    at = time.time()
    if not told.kafka_bootstrap or asking.kafka(told.kafka_bootstrap).refusal:
        return at, {}
    names = (*way.SOURCES, *way.RESULTS, topics.DEAD_LETTERS)
    return at, _or({}, lambda: broker.topics(broker.client(told.kafka_bootstrap, told.security), names))


def _questions(told: StackOutputs) -> list[Callable[[], Service]]:
    ca = told.ca_certificate or None
    login = (told.splunk_user, told.splunk_password.get_secret_value())
    management = "/services/server/info?output_mode=json"
    questions: list[Callable[[], Service]] = [
        lambda: asking.web("ksqldb", told.ksqldb_url, "/healthcheck", ca),
        lambda: asking.web("connect", told.connect_url, "/connectors", ca),
        lambda: asking.web("splunk", told.splunk_management_url, management, ca, login),
    ]
    # In Docker, HEC has a name on the containers' network only: Connect reaches it, this machine does not.
    if told.logging_server != "docker":
        questions.append(lambda: asking.collector(told.splunk_hec_url, ca, told.hec_token.get_secret_value()))
    if told.console_url:
        questions.append(lambda: asking.web("console", told.console_url, "/health", ca, _door(told)))
    if told.kafka_bootstrap:
        questions.append(lambda: asking.kafka(told.kafka_bootstrap))
    return questions


def _door(told: StackOutputs) -> tuple[str, str] | None:
    """User and password of the one door that a docker stack has, where ksqlDB is behind it too."""
    at = urlsplit(told.ksqldb_url)
    if told.logging_server != "docker" or at.username is None:
        return None
    return unquote(at.username), unquote(at.password or "")


def _from_kafka(told: StackOutputs, survey: Survey, asked: list[Any]) -> dict[str, Any]:
    if not survey.answers("kafka"):
        return {}
    at = (told.kafka_bootstrap, told.security)
    admin = broker.client(*at)
    names = dict.fromkeys([*way.SOURCES, *way.expected_topics(asked), topics.DEAD_LETTERS])
    return {
        "topics": _or({}, lambda: broker.topics(admin, names)),
        "topics_at": time.time(),
        "lags": _or({}, lambda: broker.query_lags(admin)),
        "sink_lag": _or(None, lambda: broker.group_lag(admin, f"connect-{NAME}", CARRIED)),
        "sources": tails.sources(
            *at, (topics.ZEEK_CONN, *way.ENDPOINTS), survey.grace_seconds if survey.is_live else None
        ),
        "dead_letters": tails.dead_letters(*at),
        "coverage": conclusions.coverage(*at),
        "clocks": conclusions.clocks(*at, conclusions.lately(survey.at)),
    }


def _from_ksqldb(told: StackOutputs, survey: Survey, asked: list[Any]) -> dict[str, Any]:
    if not survey.answers("ksqldb"):
        return {}
    client = KsqlClient(told.ksqldb_url, told.ca_certificate or None)
    found: list[Query] = _or([], lambda: way.queries(asked, client.queries()))
    explained = [
        replace(query, error=_or("", lambda query=query: client.error(query.id)))  # type: ignore[misc]
        if query.id and query.state != "RUNNING"
        else query
        for query in found
    ]
    return {"queries": explained}


def _from_splunk(told: StackOutputs, survey: Survey, _asked: list[Any]) -> dict[str, Any]:
    if not survey.answers("splunk"):
        return {}
    access = SplunkAccess(
        url=told.splunk_management_url,
        user=told.splunk_user,
        password=told.splunk_password.get_secret_value(),
        ca_certificate=told.ca_certificate,
        instance="",
    )
    known = _or(None, lambda: access.client().get(INDEXES, told.splunk_index))
    if known is None:
        return {}
    newest: list[dict[str, Any]] = _or(
        [],
        lambda: splunk_search.rows(
            told, f"index={told.splunk_index} sourcetype={ENRICHED} NOT {IN_SPLUNK} | head 1"
        ),
    )
    latest = _time(str(newest[0].get("_time"))) if newest else None
    events = int(known.get("totalEventCount") or 0)
    return {"index": Index(name=told.splunk_index, events=events, latest=latest)}


def _time(text: str) -> float | None:
    """A time as Splunk's searches tell it (ISO 8601)."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None


def _sink(told: StackOutputs, survey: Survey, lag: int | None) -> Sink | None:
    if not survey.answers("connect"):
        return None
    client = ConnectClient(told.connect_url, told.ca_certificate or None)
    return Sink(name=NAME, failure=_or("", lambda: client.failure(NAME)) or "", lag=lag)


def _programs(run: RunDirectory) -> list[Program]:
    supervisord = Supervisord(run)
    found = []
    for name in hop.PROGRAMS:
        try:
            info = supervisord.info(name)
        except UnreachableError:
            found.append(Program(name=name, state="DEAD", said="supervisord itself is not there"))
            continue
        if info is None:
            found.append(Program(name=name, state="UNKNOWN", said="supervisord does not know it"))
            continue
        uptime = float(info["now"] - info["start"]) if info["statename"] == "RUNNING" else 0.0
        found.append(
            Program(name=name, state=info["statename"], said=str(info["description"]), uptime=uptime)
        )
    return found


def _needed_mb(run: RunDirectory) -> int:
    """What the stand-in for Splunk was told to leave free."""
    file = run.settings("splunk")
    if not file.exists():
        return 0
    return int(json.loads(file.read_text(encoding="utf-8")).get("minimum_free_mb", 0))


def _or(default: D, look: Callable[[], T]) -> T | D:
    """What can be seen, or else the default: the service that failed meanwhile shows in the next look."""
    try:
        return look()
    except LabError:
        return default
