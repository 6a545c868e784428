"""Writing events to CSV, JSON or Parquet; the file appears whole or not at all."""

import csv
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from cli.export.columns import Column, columns
from infra.errors import LabError

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula (OWASP, "CSV Injection"): an attacker names processes."""

Events = Sequence[Mapping[str, Any]]


def write(events: Events, file: Path) -> None:
    """Write events to a file in the format that its suffix names.

    Raises:
        LabError: there is nothing to write, no such format, or no way to write there.
    """
    writer = _FORMATS.get(file.suffix.lower())
    if writer is None:
        raise LabError(
            f"{file}: the lab does not write {file.suffix or 'files without a suffix'}",
            f"Name it with one of {', '.join(_FORMATS)}.",
        )
    if not events:
        raise LabError("no enriched event fits: nothing was written", "Ask for less: lab events --help.")
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        os.close(handle)
        scratch = Path(name)
        try:
            writer(events, scratch)
            scratch.replace(file)
        finally:
            scratch.unlink(missing_ok=True)
    except OSError as error:
        raise LabError(
            f"{file} cannot be written: {error.strerror}", "Name a file in a folder that is yours."
        ) from error


def _csv(events: Events, file: Path) -> None:
    table = columns(events)
    with file.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow([column.name for column in table])
        lines.writerows(zip(*(_cells(column) for column in table), strict=True))


def _cells(column: Column) -> list[Any]:
    if column.kind == "bool":
        return ["" if value is None else str(value).lower() for value in column.values]
    if column.kind != "text":
        return ["" if value is None else value for value in column.values]
    return [f"'{value}" if value and value.startswith(_FORMULA) else value or "" for value in column.values]


def _json(events: Events, file: Path) -> None:
    file.write_bytes(orjson.dumps(list(events), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _json_lines(events: Events, file: Path) -> None:
    file.write_bytes(b"".join(orjson.dumps(event) + b"\n" for event in events))


def _parquet(events: Events, file: Path) -> None:
    import fastparquet  # type: ignore[import-untyped]  # noqa: PLC0415  # it and pandas take half a second
    import pandas as pd  # type: ignore[import-untyped]  # noqa: PLC0415

    types = {"bool": "boolean", "int": "Int64", "float": "float64", "text": "object"}
    table = pd.DataFrame(
        {column.name: pd.Series(list(column.values), dtype=types[column.kind]) for column in columns(events)}
    )
    fastparquet.write(str(file), table, compression="GZIP", object_encoding="utf8", has_nulls=True)


_FORMATS: Final[dict[str, Callable[[Events, Path], None]]] = {
    ".csv": _csv,
    ".json": _json,
    ".jsonl": _json_lines,
    ".parquet": _parquet,
}
