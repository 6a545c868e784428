"""The Zeek server: a sensor that logs every connection with its Community ID and ships it."""
