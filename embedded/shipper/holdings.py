"""What a path holds: logs and captures, in folders, in archives, alone."""

import gzip
import tarfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO, Final

import orjson

from embedded.shipper import osquery, winlogbeat, zeek
from embedded.shipper.errors import RecordingError

_CAPTURE_MAGIC: Final = frozenset(
    bytes.fromhex(magic) for magic in ("a1b2c3d4", "d4c3b2a1", "a1b23c4d", "4d3cb2a1", "0a0d0d0a")
)
"""First four bytes of pcap (micro- and nanoseconds, either byte order) and pcapng."""
_GZIP_MAGIC: Final = b"\x1f\x8b"
_LINES_LOOKED_AT: Final = 20


class Content(Enum):
    """What is in a file."""

    CAPTURE = "packets"
    ZEEK_TSV = "a Zeek log, tab-separated"
    JSON_LINES = "JSON lines"


@dataclass(frozen=True, kw_only=True)
class Holding:
    """A file that can be shipped; `name` is what its user knows it by: archive, then path within."""

    path: Path
    name: str
    content: Content


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of a file, unpacked where it is gzipped, as Zeek's rotated logs are."""
    with path.open("rb") as raw:
        zipped = raw.read(2) == _GZIP_MAGIC
        raw.seek(0)
        if not zipped:
            yield raw
            return
        with gzip.open(raw, "rb") as plain:
            yield plain  # type: ignore[misc]  # GzipFile reads like any binary file


def find(paths: Sequence[Path], workspace: Path) -> tuple[list[Holding], list[str]]:
    """Every file beneath the paths that can be shipped, and the names of those that are something else.

    Args:
        paths: files, folders, zip or tar archives.
        workspace: an empty folder for what comes out of archives.

    Raises:
        RecordingError: a path is missing, cannot be unpacked, or was named itself and is nothing that can
        be shipped;
            or there is nothing to ship at all.
    """
    holdings: list[Holding] = []
    others: list[str] = []
    for path in paths:
        if not path.exists():
            raise RecordingError(f"there is no {path}", "Name a file, a folder or a zip of logs or captures.")
        for file, name in _files(path, path.name, workspace):
            content = _content(file)
            if content is not None:
                holdings.append(Holding(path=file, name=name, content=content))
            elif file == path:
                raise RecordingError(
                    f"{path} holds neither packets nor lines of Zeek, Sysmon or Osquery",
                    "It has to be a pcap, a Zeek log (JSON or tab-separated), "
                    "or JSON lines of Winlogbeat, NXLog or osqueryd.",
                )
            else:
                others.append(name)
    if not holdings:
        raise RecordingError(
            f"nothing in {', '.join(map(str, paths))} can be shipped",
            "Captures, Zeek logs, and JSON lines of Winlogbeat, NXLog or osqueryd can.",
        )
    return holdings, others


def _files(path: Path, name: str, workspace: Path) -> Iterator[tuple[Path, str]]:
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file() and not any(part.startswith(".") for part in file.relative_to(path).parts):
                yield from _files(file, str(Path(name, file.relative_to(path))), workspace)
    elif zipfile.is_zipfile(path) or _is_tar(path):
        folder = workspace / f"{len(list(workspace.iterdir()))}"
        folder.mkdir()
        _unpack(path, folder)
        yield from _files(folder, name, workspace)
    else:
        yield path, name


def _is_tar(path: Path) -> bool:
    return ".tar" in path.suffixes or path.suffix == ".tgz"


def _unpack(archive: Path, folder: Path) -> None:
    try:
        if _is_tar(archive):
            with tarfile.open(archive) as tar:
                tar.extractall(folder, filter="data")
        else:
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(folder)  # noqa: S202 - zipfile drops absolute paths and ..
    except (tarfile.TarError, zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        raise RecordingError(
            f"{archive} cannot be unpacked: {error}", "Unpack it by hand and name the folder."
        ) from error


def _content(path: Path) -> Content | None:
    try:
        with opened(path) as file:
            start = file.read(4)
            if start in _CAPTURE_MAGIC:
                return Content.CAPTURE
            file.seek(0)
            lines = [line for line in (file.readline() for _ in range(_LINES_LOOKED_AT)) if line.strip()]
    except (OSError, EOFError) as error:
        raise RecordingError(
            f"{path} cannot be read: {error}", "Check the file and its permissions."
        ) from error
    if lines and lines[0].startswith(b"#separator"):
        return Content.ZEEK_TSV
    return Content.JSON_LINES if any(_is_event(line) for line in lines) else None


def _is_event(line: bytes) -> bool:
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return isinstance(event, dict) and (
        winlogbeat.looks_like(event) or osquery.looks_like(event) or zeek.looks_like(event)
    )
