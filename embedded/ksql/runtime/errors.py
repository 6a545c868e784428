"""What stops an instance of the runtime."""


class RuntimeFailureError(Exception):
    """Kafka did not do what the runtime needs; the message says what was tried and what to do."""


class FencedError(RuntimeFailureError):
    """Another instance has taken over; this one has to start again from what is committed."""
