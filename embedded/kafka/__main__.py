"""Run one broker in the foreground: `python -m embedded.kafka --config FILE`."""

import argparse
import os
from pathlib import Path

from embedded.kafka.broker import prepare
from embedded.kafka.settings import Settings


def main() -> None:
    """Prepare the storage, then become the broker, so that a supervisor's signals reach it."""
    parser = argparse.ArgumentParser(prog="embedded.kafka")
    parser.add_argument("--config", type=Path, required=True)
    settings = Settings.model_validate_json(parser.parse_args().config.read_bytes())
    command = prepare(settings)
    os.execv(command[0], command)  # noqa: S606  # replacing this process is the point


if __name__ == "__main__":
    main()
