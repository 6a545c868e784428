"""What the lab does about the streams that it is given, and how it tells of what the system refuses."""

import errno
import os
import subprocess
import sys

import pytest

from cli.environment.caller import telling_errors
from tests.conftest import REPOSITORY

PROGRAM = """
import os, sys
from cli.environment.caller import complete_streams
complete_streams()
assert not sys.stdout.isatty()
print("told \\u00b7", flush=True)
print("step", file=sys.stderr)
sys.stdin.read()
assert min(os.open(os.devnull, os.O_RDONLY) for _ in range(2)) > 2
os.system("echo from a child")
"""


def call(redirected: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", f'exec "$0" -c "$1" {redirected}', sys.executable, PROGRAM],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_the_caller_closed_leads_nowhere(closed: str) -> None:
    called = call(closed)
    assert called.returncode == 0, called.stderr
    assert ("told ·" in called.stdout) == (">&-" not in closed.replace("2>&-", ""))
    assert ("step" in called.stderr) == ("2>&-" not in closed)


def test_what_an_encoding_cannot_say_is_escaped() -> None:
    called = call("", PYTHONIOENCODING="ascii")
    assert (called.returncode, called.stdout.splitlines()[0]) == (0, "told \\xb7")


@pytest.mark.parametrize(
    ("number", "remedy"),
    [(errno.ENOSPC, "Make room there"), (errno.EROFS, "XDG_CACHE_HOME"), (errno.ENOTDIR, "mended")],
)
def test_what_the_system_refuses_is_told_with_its_place_and_a_remedy(
    capsys: pytest.CaptureFixture[str], number: int, remedy: str
) -> None:
    with pytest.raises(SystemExit) as ended, telling_errors():
        raise OSError(number, os.strerror(number), "/some/where")
    assert ended.value.code == 1
    told = capsys.readouterr().err
    assert told.startswith(f"lab: the system says: {os.strerror(number)}: /some/where.\n     ")
    assert remedy in told
