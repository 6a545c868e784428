"""Run one instance: `python -m embedded.ksql --config FILE`."""

import argparse
import gc
import logging
import sys
from pathlib import Path

from embedded.ksql.runtime.errors import RuntimeFailureError
from embedded.ksql.server.serve import serve
from embedded.ksql.settings import Settings


def main() -> int:
    """Run until asked to stop; return the exit code."""
    parser = argparse.ArgumentParser(prog="embedded.ksql")
    parser.add_argument("--config", type=Path, required=True)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    settings = Settings.model_validate_json(parser.parse_args().config.read_bytes())
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)  # the state is large, long-lived and free of cycles
    try:
        serve(settings)
    except RuntimeFailureError as error:
        sys.stderr.write(f"ksql: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
