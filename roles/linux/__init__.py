"""Building blocks of roles on Debian and Ubuntu: files, packages and services."""
