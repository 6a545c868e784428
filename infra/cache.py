"""Where things are kept that every clone of this user can share: tools and downloads, by version."""

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """The lab's folder in the user's cache.

    `XDG_CACHE_HOME` (XDG Base Directory Specification) decides where it is set, else the system's custom.
    """
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not base.is_absolute():
        base = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")
    return base / "flow-attribution-lab"
