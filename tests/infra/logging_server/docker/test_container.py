"""What the Docker plug-in would do with the containers: settle at the second `up`, tell failures, stop gracefully."""

import re
import shutil
from pathlib import Path

import pytest

from infra.errors import LabError
from infra.logging_server.docker.container import LOG_ROTATION, REPOSITORY, Site
from tests.infra.logging_server.docker.recorded import Asked, Plan, record

CANONICAL_DURATION = re.compile(r"^(\d+h)?([1-5]?\d+m)?[1-5]?\d+s$")


@pytest.fixture(scope="module")
def plan() -> Plan:
    return record()


@pytest.fixture(scope="module")
def containers(plan: Plan) -> list[Asked]:
    return list(plan.containers.values())


def test_cpus_are_spelled_as_the_plugin_reads_them_back(containers: list[Asked]) -> None:
    assert {each.inputs["cpus"] for each in containers} <= {"1.0", "2.0", "4.0"}


def test_memory_and_swap_are_set_together_so_that_an_up_settles(containers: list[Asked]) -> None:
    for each in containers:
        assert each.inputs["memory"] == each.inputs["memorySwap"] > 0, each.name


def test_durations_of_health_checks_are_spelled_as_the_plugin_reads_them_back(
    containers: list[Asked],
) -> None:
    for each in containers:
        check = each.inputs["healthcheck"]
        for key in ("interval", "timeout", "startPeriod"):
            assert CANONICAL_DURATION.match(check[key]), (each.name, check[key])


def test_an_up_waits_until_a_service_serves(containers: list[Asked]) -> None:
    for each in containers:
        assert each.inputs["wait"] is True
        assert each.inputs["waitTimeout"] > 0
        assert each.inputs["mustRun"] is True


def test_capabilities_are_dropped_one_by_one_and_with_their_prefix(containers: list[Asked]) -> None:
    for each in containers:
        drops = each.inputs["capabilities"]["drops"]
        assert len(drops) == 14
        assert all(name.startswith("CAP_") for name in drops)
        assert "adds" not in each.inputs["capabilities"]
        assert each.inputs["securityOpts"] == ["no-new-privileges:true"]


def test_no_container_runs_as_root_or_privileged(containers: list[Asked]) -> None:
    for each in containers:
        uid = each.inputs["user"].split(":")[0]
        assert uid.isdecimal(), each.name
        assert int(uid) > 0, each.name
        assert not each.inputs.get("privileged")


def test_files_are_sent_without_an_owner_which_the_engine_would_look_up_on_its_own_machine(
    containers: list[Asked],
) -> None:
    for each in containers:
        for file in each.upload.values():
            assert not {"owner", "group"} & set(file), (each.name, file["file"])
            assert file["permissions"] == "0440"
        assert each.inputs["groupAdds"] == ["0"]


@pytest.mark.parametrize("service", ["broker", "ksqldb-server", "connect", "splunk", "logstash"])
def test_what_keeps_data_may_stop_by_itself_before_it_is_killed(plan: Plan, service: str) -> None:
    asked = plan.containers[service].inputs
    assert asked["destroyGraceSeconds"] >= 60
    assert asked["stopTimeout"] == asked["destroyGraceSeconds"]


def test_a_chatty_container_cannot_fill_the_disk(containers: list[Asked]) -> None:
    for each in containers:
        assert each.inputs["logDriver"] == "json-file"
        assert each.inputs["logOpts"] == LOG_ROTATION


def test_what_dies_is_started_again(containers: list[Asked]) -> None:
    assert {each.inputs["restart"] for each in containers} == {"unless-stopped"}


def test_names_have_no_random_suffix_and_tell_two_stacks_apart(plan: Plan) -> None:
    made = [each for each in plan.resources if each.type.startswith("docker:") and "Image" not in each.type]
    assert all(each.inputs["name"].startswith("lab-test-") for each in made)


def test_images_are_neither_pulled_again_nor_removed(plan: Plan) -> None:
    for image in plan.of("RemoteImage"):
        assert image.inputs["keepLocally"] is True
    for each in plan.containers.values():
        assert each.inputs["image"].startswith("sha256:")


def test_files_of_conf_are_mounted_read_only(containers: list[Asked]) -> None:
    mounts = [mount for each in containers for mount in each.inputs.get("mounts", ())]
    assert mounts
    for mount in mounts:
        assert mount["readOnly"] is True
        assert mount["type"] == "bind"
        assert mount["source"].startswith("/")


def test_an_engine_elsewhere_is_sent_the_files_that_it_cannot_mount(plan: Plan) -> None:
    remote = record(site=Site(prefix="lab-test", local=False, generation=lambda _: "1"))
    for service, asked in remote.containers.items():
        assert not asked.inputs.get("mounts"), service
        wanted = {mount["target"] for mount in plan.containers[service].inputs.get("mounts", ())}
        sent = set(asked.upload)
        for target in wanted:
            assert any(path == target or path.startswith(f"{target}/") for path in sent), target


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the repository's conf/, which containers then read."""
    shutil.copytree(REPOSITORY / "conf", tmp_path / "conf")
    monkeypatch.setattr("infra.logging_server.docker.container.REPOSITORY", tmp_path)
    return tmp_path


def test_a_changed_file_of_conf_replaces_the_container_that_reads_it(plan: Plan, copy: Path) -> None:
    with (copy / "conf/nginx/nginx.conf").open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    changed = {
        service
        for service, asked in record().containers.items()
        if _label(asked, "lab.content") != _label(plan.containers[service], "lab.content")
    }
    assert changed == {"nginx"}


def test_a_file_that_a_service_could_not_read_is_refused(copy: Path) -> None:
    (copy / "conf/logstash/logstash.yml").chmod(0o600)
    with pytest.raises(LabError, match=r"conf/logstash/logstash\.yml cannot be read") as error:
        record()
    assert error.value.remedy == "chmod -R o+rX conf"


def test_a_file_that_is_not_there_is_named(copy: Path) -> None:
    (copy / "conf/nginx/nginx.conf").unlink()
    with pytest.raises(LabError, match=r"conf/nginx/nginx\.conf is not there"):
        record()


def test_a_container_that_is_down_is_replaced_by_a_plain_up(plan: Plan) -> None:
    def generation(name: str) -> str:
        return "2" if name == "lab-test-broker" else "1"

    healed = record(site=Site(prefix="lab-test", local=True, generation=generation))
    differing = [
        service
        for service, asked in healed.containers.items()
        if _label(asked, "lab.generation") != _label(plan.containers[service], "lab.generation")
    ]
    assert differing == ["broker"]


def test_a_second_up_asks_for_the_same(plan: Plan) -> None:
    again = record()
    for service, asked in again.containers.items():
        assert asked.inputs == plan.containers[service].inputs, service


def _label(asked: Asked, name: str) -> str:
    return str(next(each["value"] for each in asked.inputs["labels"] if each["label"] == name))
