"""`python -m embedded.splunk --config FILE`: serve until SIGTERM or SIGINT."""

import sys

from embedded import serving
from embedded.splunk import server
from embedded.splunk.settings import Settings

sys.exit(serving.run("embedded.splunk", Settings, server.serve))
