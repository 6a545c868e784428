"""`python -m embedded.connect --config FILE`: serve until SIGTERM or SIGINT."""

import sys

from embedded import serving
from embedded.connect import server
from embedded.connect.settings import Settings

sys.exit(serving.run("embedded.connect", Settings, server.serve))
