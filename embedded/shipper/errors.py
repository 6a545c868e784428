"""What can go wrong when a recording is shipped."""

from infra.errors import LabError


class RecordingError(LabError):
    """A recording that cannot be read, or holds nothing that can be shipped."""


class ClaimError(LabError):
    """No stretch of event time is free for a replay on this stack, or its own is too long ago."""


class DeliveryError(LabError):
    """Kafka did not take every record."""
