"""The management API: who may call, and what it keeps."""

import json
import ssl
import stat
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.tls.certificates import make_authority

INDEXES = "/services/data/indexes"
TOKENS = "/services/data/inputs/http"
JOBS = "/services/search/jobs"


@pytest.fixture
def index() -> str:
    return f"i{uuid.uuid4().hex[:12]}"


def content(answer: httpx.Response) -> dict[str, Any]:
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()["entry"][0]["content"]
    return found


def message(answer: httpx.Response) -> tuple[int, str, str]:
    only = answer.json()["messages"][0]
    return answer.status_code, only["type"], only["text"]


def lines_of(answer: httpx.Response) -> list[Any]:
    return [json.loads(line) for line in answer.text.splitlines()]


def test_only_the_administrator_is_let_in(splunk: Any) -> None:
    for auth in (None, ("admin", "wrong"), ("other", splunk.password)):
        answer = splunk.admin("GET", "/services/server/info", auth=auth)
        assert message(answer) == (401, "WARN", "call not properly authenticated")
    assert content(splunk.admin("GET", "/services/server/info"))["version"]


def test_a_session_key_stands_for_the_password(splunk: Any) -> None:
    form = {"username": "admin", "password": splunk.password}
    key = splunk.admin("POST", "/services/auth/login", auth=None, data=form).json()["sessionKey"]
    headers = {"Authorization": f"Splunk {key}"}
    assert splunk.admin("GET", INDEXES, auth=None, headers=headers).status_code == 200
    headers = {"Authorization": f"Splunk {key}x"}
    assert splunk.admin("GET", INDEXES, auth=None, headers=headers).status_code == 401
    bad = splunk.admin("POST", "/services/auth/login", auth=None, data={**form, "password": "wrong"})
    assert message(bad) == (401, "WARN", "Login failed")


def test_an_index_is_made_read_changed_and_removed(splunk: Any, index: str) -> None:
    made = splunk.admin("POST", INDEXES, data={"name": index, "maxTotalDataSizeMB": "500"})
    assert made.status_code == 201
    assert content(made)["maxTotalDataSizeMB"] == 500
    again = splunk.admin("POST", INDEXES, data={"name": index})
    assert message(again) == (409, "ERROR", f"Index name={index} already exists")
    changed = splunk.admin(
        "POST", f"/servicesNS/nobody/search/data/indexes/{index}", data={"frozenTimePeriodInSecs": "86400"}
    )
    assert content(changed)["frozenTimePeriodInSecs"] == 86400
    assert content(splunk.admin("GET", f"{INDEXES}/{index}"))["maxTotalDataSizeMB"] == 500
    assert index in [entry["name"] for entry in splunk.admin("GET", INDEXES).json()["entry"]]
    token = splunk.token(index, index)
    splunk.hec("POST", "/services/collector/event", token, json={"event": "a"})
    assert content(splunk.admin("GET", f"{INDEXES}/{index}"))["totalEventCount"] == 1
    assert splunk.admin("DELETE", f"{INDEXES}/{index}").status_code == 200
    assert message(splunk.admin("GET", f"{INDEXES}/{index}")) == (
        404,
        "ERROR",
        f"Could not find object id={index}",
    )
    assert splunk.search(f"search index={index}") == []
    answer = splunk.hec("POST", "/services/collector/event", token, json={"event": "a"})
    assert (answer.status_code, answer.json()["code"]) == (400, 7)


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({}, "Index name '' is invalid"),
        ({"name": "Upper"}, "Index name 'Upper' is invalid"),
        ({"name": "_internal"}, "is invalid"),
        ({"name": "x", "maxTotalDataSizeMB": "0"}, "at least 1"),
        ({"name": "x", "maxTotalDataSizeMB": "much"}, "must be an integer"),
        ({"name": "x", "homePath": "$SPLUNK_DB/x"}, 'Argument "homePath" is not supported by this handler.'),
        ({"name": "x", "datatype": "metric"}, "Only indexes of datatype 'event'"),
    ],
)
def test_an_index_that_cannot_be(splunk: Any, data: dict[str, str], text: str) -> None:
    status, kind, said = message(splunk.admin("POST", INDEXES, data=data))
    assert (status, kind) == (400, "ERROR")
    assert text in said


def test_a_token_is_made_read_changed_and_removed(splunk: Any, index: str) -> None:
    splunk.admin("POST", INDEXES, data={"name": index})
    form = {"name": index, "index": index, "indexes": f"{index},main", "useACK": "1", "sourcetype": "zeek"}
    made = splunk.admin("POST", "/servicesNS/nobody/splunk_httpinput/data/inputs/http", data=form)
    assert made.status_code == 201
    assert made.json()["entry"][0]["name"] == f"http://{index}"
    token = content(made)["token"]
    assert uuid.UUID(token)
    read = content(splunk.admin("GET", f"{TOKENS}/{index}"))
    assert read == content(splunk.admin("GET", f"{TOKENS}/http%3A%2F%2F{index}"))
    assert {
        "index": index,
        "indexes": [index, "main"],
        "useACK": True,
        "sourcetype": "zeek",
        "disabled": False,
    } | read == read
    assert message(splunk.admin("POST", TOKENS, data={"name": index}))[0] == 409
    changed = content(splunk.admin("POST", f"{TOKENS}/{index}", data={"useACK": "0", "sourcetype": "conn"}))
    assert (changed["useACK"], changed["sourcetype"], changed["token"]) == (False, "conn", token)
    assert splunk.hec("POST", "/services/collector/event", token, json={"event": "a"}).status_code == 200
    assert splunk.search(f"search index={index} sourcetype=conn")
    assert splunk.admin("DELETE", f"{TOKENS}/{index}").status_code == 200
    assert splunk.admin("GET", f"{TOKENS}/{index}").status_code == 404
    assert splunk.hec("POST", "/services/collector/event", token, json={"event": "a"}).status_code == 403


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({}, "required arguments are missing: name"),
        ({"name": "n", "index": "nowhere"}, "Index 'nowhere' does not exist"),
        ({"name": "n", "indexes": "main,nowhere"}, "Index 'nowhere' does not exist"),
        ({"name": "n", "useACK": "perhaps"}, "must be a boolean"),
        ({"name": "n", "token": ""}, "empty"),
        ({"name": "n", "colour": "red"}, 'Argument "colour" is not supported'),
    ],
)
def test_a_token_that_cannot_be(splunk: Any, data: dict[str, str], text: str) -> None:
    status, kind, said = message(splunk.admin("POST", TOKENS, data=data))
    assert (status, kind) == (400, "ERROR")
    assert text in said


def test_a_default_index_outside_the_list_is_refused(splunk: Any, index: str) -> None:
    splunk.admin("POST", INDEXES, data={"name": index})
    answer = splunk.admin("POST", TOKENS, data={"name": index, "index": "main", "indexes": index})
    assert "not in the token's list" in message(answer)[2]


def test_a_search_as_a_job(splunk: Any, index: str) -> None:
    token = splunk.token(index, index)
    splunk.hec(
        "POST",
        "/services/collector/event",
        token,
        content=b'{"event":{"a":1}}{"event":{"a":2}}{"event":{"a":3}}',
    )
    form = {"search": f"search index={index} | table a", "exec_mode": "blocking"}
    started = splunk.admin("POST", "/services/search/v2/jobs", data=form)
    assert started.status_code == 201
    sid = started.json()["sid"]
    job = content(splunk.admin("GET", f"{JOBS}/{sid}"))
    assert (job["dispatchState"], job["isDone"], job["resultCount"]) == ("DONE", True, 3)
    page = {"output_mode": "json", "count": "2", "offset": "1"}
    results = splunk.admin("GET", f"/services/search/v2/jobs/{sid}/results", params=page).json()
    assert (results["init_offset"], results["fields"]) == (1, [{"name": "a"}])
    assert [row["a"] for row in results["results"]] == ["2", "1"]
    assert splunk.admin("DELETE", f"{JOBS}/{sid}").status_code == 200
    assert message(splunk.admin("GET", f"{JOBS}/{sid}/results")) == (404, "FATAL", "Unknown sid.")


def test_a_search_exported_line_by_line(splunk: Any, index: str) -> None:
    token = splunk.token(index, index)
    body = b"".join(b'{"event":"%d","time":%d}' % (number, number + 1) for number in range(250))
    splunk.hec("POST", "/services/collector/event", token, content=body)
    for path in ("/services/search/jobs/export", "/services/search/v2/jobs/export"):
        lines = lines_of(splunk.admin("POST", path, data={"search": f"search index={index}"}))
        assert [line["result"]["_raw"] for line in lines] == [str(number) for number in reversed(range(250))]
        assert [line["offset"] for line in lines] == list(range(250))
        assert [line.get("lastrow", False) for line in lines] == [False] * 249 + [True]
    nothing = lines_of(splunk.admin("POST", path, data={"search": f"search index={index} nothing"}))
    assert nothing == [{"preview": False, "lastrow": True}]


def test_the_time_range_may_be_given_beside_the_search(splunk: Any, index: str) -> None:
    token = splunk.token(index, index)
    splunk.hec(
        "POST", "/services/collector/event", token, content=b'{"event":"old","time":1000}{"event":"new"}'
    )
    found = splunk.search(f"search index={index}", earliest_time="-1h", latest_time="now")
    assert [row["_raw"] for row in found] == ["new"]


@pytest.mark.parametrize("path", [JOBS, "/services/search/jobs/export", "/services/search/v2/jobs"])
def test_a_search_that_cannot_be_run(splunk: Any, path: str) -> None:
    form = {"search": "search index=main | eval x=1", "exec_mode": "oneshot"}
    assert message(splunk.admin("POST", path, data=form)) == (400, "FATAL", "Unknown search command 'eval'.")
    assert message(splunk.admin("POST", path, data={})) == (400, "FATAL", "Empty search.")
    form = {"search": "search *", "search_mode": "realtime"}
    assert message(splunk.admin("POST", path, data=form))[:2] == (400, "FATAL")


def test_only_json_is_served(splunk: Any) -> None:
    answer = splunk.admin("GET", INDEXES, params={})
    assert (answer.status_code, answer.json()["messages"][0]["text"]) == (
        400,
        "Only output_mode=json is served here.",
    )


def test_another_ca_is_not_accepted_for_this_one(splunk: Any) -> None:
    other = ssl.create_default_context(cadata=make_authority("other", days=1).certificate)
    with (
        httpx.Client(verify=other) as client,
        pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        client.get(splunk.hec_url + "/services/collector/health")


def test_its_files_are_nobody_elses_and_its_log_names_no_secret(splunk: Any, index: str) -> None:
    token = splunk.token(index, index)
    files = list((splunk.folder / "data").iterdir())
    assert files
    assert all(stat.S_IMODE(file.stat().st_mode) & 0o077 == 0 for file in files)
    assert token not in splunk.log()
    assert splunk.password not in splunk.log()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"colour": "red"}, "colour"),
        ({"hec_port": 70000}, "hec_port"),
        ({"admin_password_file": "/nowhere/password"}, "password cannot be read"),
        ({"certificate": "/nowhere/certificate.pem"}, "certificate"),
        ({"hec_port": "taken"}, "cannot be used"),
    ],
)
def test_it_does_not_start_with_what_cannot_work(
    make_splunk: Callable[[Path], Any], splunk: Any, tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    other = make_splunk(tmp_path)
    other.settings |= {
        key: splunk.settings["hec_port"] if value == "taken" else value for key, value in change.items()
    }
    config = tmp_path / "splunk.json"
    config.write_text(json.dumps(other.settings, default=str))
    command = [sys.executable, "-m", "embedded.splunk", "--config", str(config)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert ended.returncode != 0
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_password_that_others_can_read_is_refused(
    make_splunk: Callable[[Path], Any], tmp_path: Path
) -> None:
    splunk = make_splunk(tmp_path)
    splunk.settings["admin_password_file"].chmod(0o644)
    with pytest.raises(AssertionError, match="can be read by others"):
        splunk.start()
