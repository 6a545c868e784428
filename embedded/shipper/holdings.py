"""What a path holds: logs and captures, in folders, in archives, alone."""

import codecs
import gzip
import io
import lzma
import shutil
import tarfile
import zipfile
import zlib
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
BROKEN: Final = (OSError, EOFError, zlib.error)
"""What reading raises where the disk, or a gzipped file's contents, end early or are damaged."""


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
    """The bytes of a file, unpacked where it is gzipped, as Zeek's rotated logs are; text is in UTF-8.

    What Windows writes begins with a mark of its encoding (Unicode, "Byte Order Mark"), and PowerShell's
    `>` makes UTF-16 of everything.
    """
    with path.open("rb") as raw:
        if not _is_gzipped(path):
            yield _in_utf8(raw)
            return
        with gzip.open(raw, "rb") as plain:
            yield _in_utf8(plain)  # type: ignore[arg-type]  # GzipFile reads like any binary file


def _is_gzipped(path: Path) -> bool:
    with path.open("rb") as raw:
        return raw.read(2) == _GZIP_MAGIC


def _in_utf8(file: BinaryIO) -> BinaryIO:
    start = file.read(3)
    if start == codecs.BOM_UTF8:
        return file
    file.seek(0)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return io.BytesIO(file.read().decode("utf-16", errors="replace").encode())
    return file


def find(paths: Sequence[Path], workspace: Path) -> tuple[list[Holding], list[str]]:
    """Every file beneath the paths that can be shipped, and the names of those that are something else.

    Args:
        paths: files, folders, zip or tar archives.
        workspace: an empty folder for what comes out of archives.

    Raises:
        RecordingError: a path is missing, cannot be unpacked, or was named itself and is nothing that can
            be shipped; or there is nothing to ship at all.
    """
    holdings: list[Holding] = []
    others: list[str] = []
    for path in paths:
        if not path.exists():
            raise RecordingError(f"there is no {path}", "Name a file, a folder or a zip of logs or captures.")
        if not path.is_file() and not path.is_dir():
            raise RecordingError(
                f"{path} is a pipe or a device", "Write what comes out of it to a file first."
            )
        for file, name in _files(path, path.name, workspace):
            content = _content(file, name)
            if content is Content.CAPTURE and _is_gzipped(file):
                plain = _unzipped(file, name, _new_folder(workspace))
                holdings.append(Holding(path=plain, name=name.removesuffix(".gz"), content=content))
            elif content is not None:
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
        folder = _new_folder(workspace)
        _unpack(path, name, folder)
        yield from _files(folder, name, workspace)
    else:
        yield path, name


def _new_folder(workspace: Path) -> Path:
    folder = workspace / f"{len(list(workspace.iterdir()))}"
    folder.mkdir()
    return folder


def _unzipped(capture: Path, name: str, folder: Path) -> Path:
    """A gzipped capture as its cutters read it."""
    plain = folder / capture.name.removesuffix(".gz")
    try:
        with gzip.open(capture, "rb") as packed, plain.open("wb") as file:
            shutil.copyfileobj(packed, file)
    except BROKEN as error:
        raise RecordingError(f"{name} cannot be unpacked: {error}", "Check the file.") from error
    return plain


def _is_tar(path: Path) -> bool:
    return ".tar" in path.suffixes or path.suffix == ".tgz"


def _unpack(archive: Path, name: str, folder: Path) -> None:
    try:
        if _is_tar(archive):
            with tarfile.open(archive) as tar:
                tar.extractall(folder, filter="data")
        else:
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(folder)  # noqa: S202 - zipfile drops absolute paths and ..
    except (
        *(*BROKEN, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile),
        *(RuntimeError, NotImplementedError),  # zipfile's, for a password and for an unknown compression
    ) as error:
        raise RecordingError(
            f"{name} cannot be unpacked: {error}", "Unpack it by hand and name the folder."
        ) from error


def _content(path: Path, name: str) -> Content | None:
    try:
        with opened(path) as file:
            start = file.read(4)
            if start in _CAPTURE_MAGIC:
                return Content.CAPTURE
            read = [start + file.readline(), *(file.readline() for _ in range(_LINES_LOOKED_AT))]
            lines = [line for line in map(bytes.strip, read) if line]
    except BROKEN as error:
        raise RecordingError(
            f"{name} cannot be read: {error}", "Check the file and its permissions."
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
