"""Files on a Linux host: is it there as it should be, put it there, take it away."""

from infra.provision.command import Command, Upload
from infra.provision.step import Check

# one command, so that a missing file, a changed one and a changed mode are all the same answer: no
IS_THERE = """test "$(stat -c '%a %U:%G' "$1")" = "$2" && echo "$3  $1" | sha256sum --check --status"""


def is_there(upload: Upload) -> Check:
    """Whether the file is there with this content, mode and owner."""
    mode_and_owner = f"{upload.mode:o} {upload.owner}"
    return Check(
        command=Command(
            arguments=("sh", "-c", IS_THERE, "sh", upload.path, mode_and_owner, upload.sha256),
            label=f"{upload.path} is as described",
        )
    )


def absent(*paths: str) -> Command:
    """Take files away; that one is gone already is fine."""
    return Command(arguments=("rm", "-f", "--", *paths))


def folder(path: str, mode: str = "755", owner: str = "root:root") -> Command:
    """Make a folder with its parents."""
    user, group = owner.split(":")
    return Command(arguments=("install", "-d", "-m", mode, "-o", user, "-g", group, "--", path))


def folder_is_there(path: str, mode: str = "755", owner: str = "root:root") -> Check:
    """Whether the folder is there with this mode and owner."""
    return Check(command=Command(arguments=("stat", "-c", "%a %U:%G", path)), stdout=f"{mode} {owner}")
