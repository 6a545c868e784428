"""Apache Kafka's Java archives, brought to the user's cache folder before anything needs them."""

from cli.environment.progress import step
from embedded.kafka import archives, java


def fetch() -> None:
    """Fetch the archives that the lock names, and make the class cache that lets a broker start fast.

    Raises:
        ArchiveError: an archive cannot be had, or is not the one that the lock names.
    """
    with step("fetching Apache Kafka's Java archives"):
        archives.classpath()
    with step("making Kafka's class cache, once for this user"):
        java.train()
