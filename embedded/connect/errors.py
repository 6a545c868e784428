"""The errors of the Connect stand-in."""

from infra.errors import LabError


class StartError(LabError):
    """Connect cannot start: its settings, its port or Kafka."""


class TaskError(LabError):
    """A task cannot go on; its status is FAILED with this as the trace."""


class ConversionError(LabError):
    """A record is not what its converter expects."""
