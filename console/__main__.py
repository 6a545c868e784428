"""`python -m console --config FILE`: serve until SIGTERM or SIGINT."""

import sys

from console import server
from console.settings import Settings
from embedded import serving

sys.exit(serving.run("console", Settings, server.serve))
