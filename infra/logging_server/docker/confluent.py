"""What the containers of the Confluent Platform share: user, settings as environment, names of each other."""

from collections.abc import Mapping
from typing import Final

from infra import ports

USER: Final = "1000:0"
"""`appuser`, in the group root, to which the images give their folders (confluentinc/kafka-images)."""

INTERNAL_PORT: Final = 29092
"""The broker's listener for the other containers; on the private network only."""

BOOTSTRAP: Final = f"broker:{INTERNAL_PORT}"
SCHEMA_REGISTRY_URL: Final = f"http://schema-registry:{ports.SCHEMA_REGISTRY}"
CONNECT_URL: Final = f"http://connect:{ports.CONNECT}"
KSQLDB_URL: Final = f"http://ksqldb-server:{ports.KSQLDB}"

ONE_BROKER: Final = "1"
"""The replication factor of everything: there is one broker, and a topic that wants more is never made."""


def environment(prefix: str, settings: Mapping[str, object]) -> dict[str, str]:
    """Settings as the images take them: `process.roles` of the prefix KAFKA is KAFKA_PROCESS_ROLES.

    A `.` becomes `_`, a `_` becomes `__` and a `-` becomes `___` (confluentinc/common-docker, ub and dub:
    envToProps).
    """
    return {
        f"{prefix}_{key.replace('_', '__').replace('-', '___').replace('.', '_').upper()}": _text(value)
        for key, value in settings.items()
    }


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
