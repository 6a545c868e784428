"""Old logs are removed before the disk is full: by age, and by what all of them take together."""

from typing import Final

from infra.provision.command import Upload
from infra.provision.step import Step
from roles.linux import files, systemd
from roles.zeek.sensor import LOGS, USER

PROGRAM: Final = "/usr/local/sbin/zeek-log-limit"
SERVICE: Final = "zeek-log-limit.service"
TIMER: Final = "zeek-log-limit.timer"

SCRIPT: Final = """#!/bin/sh
# Removes Zeek's rotated logs that are too old, then the oldest ones until all fit.
# usage: zeek-log-limit FOLDER DAYS MEGABYTES
set -eu
folder=$1 days=$2 limit=$(($3 * 1000000 / 1024))
find "$folder" -type f -mtime "+$days" -delete
used=$(du -sk "$folder" | cut -f1)
find "$folder" -type f -printf '%T@ %k %p\\n' | sort -n | while read -r _ kilobytes file; do
  test "$used" -gt "$limit" || break
  rm -f -- "$file"
  echo "removed $file ($kilobytes KiB): the logs took $used of $limit KiB"
  used=$((used - kilobytes))
done
find "$folder" -mindepth 1 -type d -empty -delete
"""

SERVICE_TEXT: Final = """[Unit]
Description=Keep Zeek's logs within {gigabytes} GB and {days} days

[Service]
Type=oneshot
User={user}
ExecStart={program} {logs}/archive {days} {megabytes}
"""

TIMER_TEXT: Final = """[Unit]
Description=Keep Zeek's logs within their limit, every ten minutes

[Timer]
OnBootSec=5min
OnUnitActiveSec=10min

[Install]
WantedBy=timers.target
"""


def steps(gigabytes: int, days: int) -> tuple[Step, ...]:
    """The steps that keep rotated logs within `gigabytes` (of 1,000 MB) and `days`."""
    program = Upload(path=PROGRAM, content=SCRIPT.encode(), mode=0o755)
    service = systemd.unit_file(
        SERVICE,
        SERVICE_TEXT.format(
            gigabytes=gigabytes, days=days, user=USER, program=PROGRAM, logs=LOGS, megabytes=gigabytes * 1000
        ),
    )
    timer = systemd.unit_step("the log limit, every ten minutes", TIMER, TIMER_TEXT)
    return (
        Step(
            f"old logs are removed after {days} days or beyond {gigabytes} GB",
            check=(files.is_there(program), files.is_there(service)),
            apply=(program, service, systemd.reload_units()),
            remove=(files.absent(program.path, service.path), systemd.reload_units()),
        ),
        timer,
    )
