"""The errors of the Splunk stand-in."""

from infra.errors import LabError


class StartError(LabError):
    """Splunk cannot start with the settings, files or ports it was given."""


class StorageFullError(LabError):
    """The events could not be made durable; none of them is stored."""


class IndexGoneError(LabError):
    """An index was removed while events for it were on their way; none of their request is stored."""


class SearchError(LabError):
    """A search that cannot be run as written; `what` is the text of Splunk's FATAL message."""
