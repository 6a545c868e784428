"""Which release of each image the Docker logging server runs: the one home of these facts.

Two presets: `current`, maintained releases, and `seed`, the releases of the field's original lab. Each
version of `current` names the public document that it was read from.
"""

import re
from dataclasses import dataclass, fields, replace
from typing import Final, Literal, get_args

from infra.errors import ConfigurationError

PresetName = Literal["current", "seed"]


@dataclass(frozen=True, kw_only=True)
class Versions:
    """The release of every image and of the Splunk sink, and the log level of Confluent's images."""

    confluent: str
    ksqldb: str
    control_center: str
    logstash: str
    nginx: str
    python: str
    splunk: str
    splunk_connect: str
    root_loglevel: str

    @property
    def has_zookeeper(self) -> bool:
        """Whether the broker keeps its metadata in ZooKeeper: Confluent Platform 8 has KRaft only."""
        return release(self.confluent) < (8, 0)

    def image(self, container: str) -> str:
        """The image of a container, with its tag.

        Raises:
            KeyError: the lab has no such container.
        """
        return _IMAGES[container].format(self=self, ksqldb=self._ksqldb_repository)

    @property
    def _ksqldb_repository(self) -> str:
        # ksqlDB's stand-alone releases are numbered 0.x and live in a repository of their own.
        standalone = release(self.ksqldb) < (1, 0)
        return "confluentinc/ksqldb-" if standalone else "confluentinc/cp-ksqldb-"

    @property
    def _ksqldb_cli_image(self) -> str:
        # Since 8.1, Confluent's ksqldb-server image holds the command line as well, and cp-ksqldb-cli is no
        # longer built (confluentinc/ksql-images, branches 8.0.x and 8.1.x).
        one_image = release(self.ksqldb) >= (8, 1)
        return f"{self._ksqldb_repository}{'server' if one_image else 'cli'}:{self.ksqldb}"

    @property
    def _control_center_repository(self) -> str:
        # Control Center left the platform's numbering with its 2.0 ("next generation").
        next_generation = release(self.control_center) < (5, 0)
        return "confluentinc/cp-enterprise-control-center" + ("-next-gen" if next_generation else "")


_IMAGES: Final = {
    "zookeeper": "confluentinc/cp-zookeeper:{self.confluent}",
    "broker": "confluentinc/cp-kafka:{self.confluent}",
    "schema-registry": "confluentinc/cp-schema-registry:{self.confluent}",
    "connect": "confluentinc/cp-kafka-connect:{self.confluent}",
    "control-center": "{self._control_center_repository}:{self.control_center}",
    "ksqldb-server": "{ksqldb}server:{self.ksqldb}",
    "ksqldb-cli": "{self._ksqldb_cli_image}",
    "rest-proxy": "confluentinc/cp-kafka-rest:{self.confluent}",
    "logstash": "docker.elastic.co/logstash/logstash:{self.logstash}",
    "nginx": "nginx:{self.nginx}",
    # the lab's own, built on this one
    "console": "python:{self.python}",
    "splunk": "splunk/splunk:{self.splunk}",
}

PYTHON: Final = "3.14.7-slim-trixie"
"""docker-library/official-images, library/python, August 2026: the release tagged `slim`."""

CURRENT: Final = Versions(
    # confluentinc/kafka-images, branch 8.3.1; docs.confluent.io, "Control Center System Requirements and
    # Compatibility": 2.6.x (July 14, 2026; supported until July 14, 2028) goes with the platform up to 8.3.x.
    confluent="8.3.1",
    # confluentinc/ksql-images, branch 8.3.1.
    ksqldb="8.3.1",
    control_center="2.6.0",
    # docker-library/official-images, library/logstash: the last of the 8.x line, maintained beside 9.x.
    logstash="8.19.20",
    # docker-library/official-images, library/nginx: tag `stable-alpine`.
    nginx="1.30.4-alpine",
    python=PYTHON,
    # Docker Hub, splunk/splunk. Splunk has published no Debian image since 8.2 (splunk/docker-splunk,
    # CHANGELOG).
    splunk="10.4.3",
    # splunk/kafka-connect-splunk, pull request 452: version 2.2.4, September 2025.
    splunk_connect="2.2.4",
    root_loglevel="ERROR",
)

SEED: Final = Versions(
    confluent="5.5.0",
    # Confluent 5.5.0 carries ksqlDB 0.7, in which keys work otherwise and a join has no grace period. 0.29.0
    # is the oldest that the statements in ksql/ are written for, and the last that was released on its own.
    ksqldb="0.29.0",
    control_center="5.5.0",
    logstash="7.7.0",
    nginx="1.18.0-alpine",
    python=PYTHON,  # the lab's own code has no old release
    splunk="8.0.3-debian",
    splunk_connect="1.2.0",
    root_loglevel="ERROR",
)

_PRESETS: Final[dict[str, Versions]] = {"current": CURRENT, "seed": SEED}

SEED_WARNING: Final = (
    "The seed versions have known holes, among them Log4Shell (CVE-2021-44228, in Logstash 7.7.0); nobody "
    "mends them any more. Use them on an isolated machine only, to compare. "
    "The maintained releases: pulumi config set docker.versions current"
)


def preset(name: str, overrides: dict[str, str] | None = None) -> Versions:
    """The preset of that name, with single versions replaced by `overrides`.

    Raises:
        ConfigurationError: there is no such preset or no such version to override, or a tag is not exact.
    """
    if name not in _PRESETS:
        known = ", ".join(get_args(PresetName))
        raise ConfigurationError(
            f"docker.versions is {name!r}; there are: {known}", "pulumi config set docker.versions current"
        )
    names = [each.name for each in fields(Versions)]
    for key, value in (overrides or {}).items():
        if key not in names:
            raise ConfigurationError(
                f"docker.version names {key!r}; there are: {', '.join(names)}",
                "pulumi config set docker.version nginx=1.30.4-alpine",
            )
        if value in ("", "latest"):
            raise ConfigurationError(
                f"docker.version has {key}={value}: a tag that moves makes two runs of one stack differ",
                "Name an exact release: "
                f"pulumi config set docker.version {key}={getattr(_PRESETS[name], key)}",
            )
    return replace(_PRESETS[name], **(overrides or {}))


def release(version: str) -> tuple[int, int]:
    """The first two numbers of a version: (8, 19) of `8.19.20`.

    Raises:
        ConfigurationError: the version does not begin with two numbers.
    """
    found = re.match(r"(\d+)\.(\d+)", version)
    if found is None:
        raise ConfigurationError(
            f"the version {version!r} does not begin with two numbers",
            "Name an exact release, such as 8.3.1.",
        )
    return int(found[1]), int(found[2])
