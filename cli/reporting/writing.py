"""Writing a report to its file; it appears whole or not at all."""

import os
import tempfile
from pathlib import Path

from cli.reporting.page import page
from cli.reporting.report import Report
from infra.errors import LabError


def write(report: Report, file: Path) -> None:
    """Write a report as an HTML file, for its owner alone: it tells of people and their machines.

    Raises:
        LabError: there is nothing to report, or no way to write there.
    """
    if not report.connections:
        raise LabError(
            "no connection was concluded in that time: nothing was written",
            "Ask for more with --since and --until, or send a recording: ./lab replay",
        )
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        scratch = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as out:
                out.write(page(report))
            scratch.replace(file)
        finally:
            scratch.unlink(missing_ok=True)
    except OSError as error:
        raise LabError(
            f"{file} cannot be written: {error}", "Name a file in a folder that is yours."
        ) from error
