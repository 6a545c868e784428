"""`python -m console --config FILE`: serve until SIGTERM or SIGINT."""

import argparse
import sys
from pathlib import Path

from pydantic import ValidationError

from console import server
from console.settings import Settings
from infra.errors import LabError


def main() -> int:
    """Run the console; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m console", description=__doc__)
    parser.add_argument("--config", required=True, type=Path, help="a JSON file with the settings")
    path: Path = parser.parse_args().config
    try:
        settings = Settings.model_validate_json(path.read_bytes())
        server.serve(settings)
    except (OSError, ValidationError) as error:
        print(f"console: {path} cannot be used: {error}", file=sys.stderr)
        return 2
    except LabError as error:
        print(f"console: {error}", file=sys.stderr)
        return 1
    return 0


sys.exit(main())
