"""Apache Kafka's Java archives, as `jgo.lock.toml` lists them, verified by their SHA-256 sums."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from jgo.env import LockedDependency, LockFile
from jgo.maven import Artifact, MavenContext

from infra.errors import LabError

LOCK: Final = Path(__file__).with_name("jgo.lock.toml")

ROOTS: Final = (
    "org.apache.kafka:kafka_2.13:4.3.1",
    # jgo takes the clients' version from a test fixture's dependency unless it is told
    "org.apache.kafka:kafka-clients:4.3.1",
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",
)
"""What the lock is resolved from: the broker, its clients library and a logging back end."""


class ArchiveError(LabError):
    """A Java archive that cannot be had, or is not the one that was locked."""


def _sha256(path: Path) -> str:
    with path.open("rb") as archive:
        return hashlib.file_digest(archive, "sha256").hexdigest()


def _artifact(context: MavenContext, locked: LockedDependency) -> Artifact:
    component = context.project(locked.groupId, locked.artifactId).at_version(locked.version)
    return component.artifact(classifier=locked.classifier or "", packaging=locked.packaging)


def _fetch(context: MavenContext, locked: LockedDependency) -> Path:
    artifact = _artifact(context, locked)
    try:
        path = artifact.resolve()
    except (OSError, RuntimeError) as error:
        raise ArchiveError(
            f"the Java archive {artifact.filename} could not be fetched from Maven Central: {error}",
            "Check this machine's way to the internet (or its Maven mirror) and start again.",
        ) from error
    if _sha256(path) != locked.sha256:
        raise ArchiveError(
            f"the Java archive {path} is not the one that was locked: its SHA-256 sum differs",
            "Remove that file and start again; it is then fetched anew.",
        )
    return path


def classpath() -> tuple[Path, ...]:
    """Return the paths of all archives, fetching into the local Maven repository those that are missing.

    Raises:
        ArchiveError: an archive cannot be fetched, or has another SHA-256 sum than the lock says.
    """
    context = MavenContext(timeout=60)
    locked = LockFile.load(LOCK).dependencies
    with ThreadPoolExecutor(max_workers=8) as pool:
        return tuple(pool.map(lambda dependency: _fetch(context, dependency), locked))


def lock() -> None:
    """Resolve `ROOTS` with all that they need and write `jgo.lock.toml` anew."""
    context = MavenContext(timeout=60)
    roots, transitive = context.resolver.resolve([context.create_dependency(root) for root in ROOTS])
    LockFile(
        dependencies=[LockedDependency.from_dependency(found) for found in (*roots, *transitive)],
        environment_name="kafka",
    ).save(LOCK)


if __name__ == "__main__":
    lock()
