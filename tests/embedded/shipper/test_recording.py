"""Recordings as a whole: the real ones give what a perfect join finds, whatever form they come in."""

import gzip
import os
import shutil
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from embedded.shipper.errors import RecordingError
from embedded.shipper.record import Role
from embedded.shipper.recording import Recording, load
from recordings.make_explorer_beacon import FOLDER
from tests.embedded.shipper import lines
from tests.embedded.shipper.offline_join import join

REAL: dict[str, tuple[int, int, int, dict[str, float | None]]] = {
    "A_empire_wmi_execmethod": (14, 11, 10, {"workstation6": -0.6, "workstation5": 2.8}),
    "B_lsass_campaign_01": (112, 108, 106, {"mkt01": -483275.1}),
    "C_purplesharp_ad_playbook_I": (50, 89, 47, {"workstation5": -1.1, "mordordc": -0.7}),
    "D_negative_control_wmi_subscription": (23, 0, 0, {"workstation5": None, "workstation6": None}),
}
"""Flows, matching events, attributed flows, and clocks."""


def flows_of(recording: Recording) -> int:
    return sum(record.role is Role.FLOW for record in recording.records)


@pytest.mark.parametrize("name", REAL)
def test_a_real_recording_gives_exactly_its_matches(shared: Path, name: str) -> None:
    flows, events, attributed, clocks = REAL[name]
    recording = load([shared / "recordings" / name])
    assert flows_of(recording) == flows
    assert join(recording) == (events, attributed)
    for host, seconds in clocks.items():
        assert recording.offsets[host].seconds == (
            None if seconds is None else pytest.approx(seconds, abs=0.06)
        )
    assert recording.dead_letters == []


def test_a_capture_is_cut_where_no_conn_log_is_there(shared: Path) -> None:
    folder = shared / "recordings" / "B_lsass_campaign_01"
    (capture,) = folder.glob("*.pcapng")
    assert join(load([capture, folder / "sysmon_e3.jsonl"])).events == 124


def test_the_conn_log_wins_over_the_capture_and_that_is_said(shared: Path) -> None:
    recording = load([shared / "recordings" / "B_lsass_campaign_01"])
    assert [told for told in recording.left_out if "pcapng" in told and "conn log" in told]


def test_the_bundled_recording_gives_what_its_join_gives() -> None:
    assert join(load([FOLDER])) == (1027, 533)


def test_a_zip_is_as_good_as_its_folder(tmp_path: Path) -> None:
    packed = tmp_path / "recording.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for file in FOLDER.rglob("*.*"):
            if file.is_file():
                archive.write(file, file.relative_to(FOLDER))
    assert join(load([packed])) == join(load([FOLDER]))


def test_a_tar_archive_and_gzipped_logs_are_unpacked(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    shutil.copytree(FOLDER, folder)
    packed = shutil.make_archive(str(tmp_path / "recording"), "gztar", folder)
    assert join(load([Path(packed)])) == join(load([FOLDER]))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_logs_that_windows_has_written_are_read(tmp_path: Path, encoding: str) -> None:
    mark = "\ufeff" if encoding.endswith("be") else ""
    for name in ("zeek/conn.log", "windows/winlogbeat.ndjson"):
        text = (FOLDER / name).read_text(encoding="utf-8").replace("\n", "\r\n")
        (tmp_path / Path(name).name).write_bytes((mark + text).encode(encoding))
    recording = load([tmp_path])
    assert recording.dead_letters == []
    whole = load([FOLDER / "zeek" / "conn.log", FOLDER / "windows" / "winlogbeat.ndjson"])
    assert join(recording) == join(whole)


def test_a_gzipped_capture_is_as_good_as_a_plain_one(shared: Path, tmp_path: Path) -> None:
    folder = shared / "recordings" / "A_empire_wmi_execmethod"
    for file in folder.glob("*.cap"):
        (tmp_path / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
    assert join(load([tmp_path, folder / "sysmon_e3.jsonl"])) == join(load([folder]))


def test_paths_add_up() -> None:
    recording = load([FOLDER / "windows" / "winlogbeat.ndjson", FOLDER / "zeek" / "conn.log"])
    assert {record.topic for record in recording.records} == {
        "zeek-conn",
        "sysmon-NetworkConnectInitiated",
        "sysmon-ProcessCreate",
        "sysmon-CreateRemoteThread",
    }


def test_files_of_other_kinds_in_a_folder_are_left_out_and_named(tmp_path: Path) -> None:
    (tmp_path / "conn.log").write_bytes(lines.conn() + b"\n")
    (tmp_path / "README.md").write_text("# Words\n")
    (tmp_path / "measured.json").write_text('{\n "a": 1\n}\n')
    recording = load([tmp_path])
    assert len(recording.records) == 1
    assert recording.dead_letters == []
    assert {told.partition(":")[0].rpartition("/")[2] for told in recording.left_out} == {
        "README.md",
        "measured.json",
    }


def test_a_broken_first_line_does_not_hide_the_rest(tmp_path: Path) -> None:
    (tmp_path / "conn.log").write_bytes(b'{"ts": 17\n' + lines.conn() + b"\n")
    recording = load([tmp_path])
    assert len(recording.records) == 1
    assert [letter.number for letter in recording.dead_letters] == [1]


DAMAGED = ["damaged.zip", "damaged.tar.gz", "damaged.cap.gz"]


@pytest.mark.parametrize("name", ["missing.json", "words.txt", "empty", "broken.zip", "pipe", *DAMAGED])
def test_what_holds_nothing_is_refused_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "words.txt").write_text("words\n")
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 but no more")
    os.mkfifo(tmp_path / "pipe")
    if name in DAMAGED:
        damage(tmp_path / name)
    with pytest.raises(RecordingError, match=name) as raised:
        load([tmp_path / name])
    assert raised.value.remedy


def damage(packed: Path) -> None:
    """Make an archive, or a gzipped capture, whose contents are not what its header says."""
    capture = packed.parent / "random.cap"
    capture.write_bytes(
        bytes.fromhex("d4c3b2a1") + b"".join(sha256(bytes([number])).digest() for number in range(256))
    )
    if packed.suffix == ".zip":
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(capture, "random.cap")
    elif ".tar" in packed.suffixes:
        with tarfile.open(packed, "w:gz") as archive:
            archive.add(capture, "random.cap")
    else:
        packed.write_bytes(gzip.compress(capture.read_bytes()))
    content = bytearray(packed.read_bytes())
    content[2000:2100] = bytes(100)
    packed.write_bytes(content)


def test_an_archive_cannot_write_outside_its_folder(tmp_path: Path) -> None:
    packed = tmp_path / "evil.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../escaped.log", lines.conn())
    load([packed])
    assert not list(tmp_path.parent.glob("**/escaped.log"))
