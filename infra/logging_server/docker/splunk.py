"""Splunk: where enriched events are kept, searched and looked at."""

from typing import Final

import pulumi
import pulumi_docker as docker

from infra import ports
from infra.logging_server.docker import health
from infra.logging_server.docker.args import Ground, Identity
from infra.logging_server.docker.container import PlacedFile, Service, run
from infra.logging_server.docker.versions import release

USER: Final = "41812:41812"
"""`splunk`, the user of the image that has the fewest rights (splunk/docker-splunk, SECURITY)."""

ETC: Final = "splunk-etc"
VAR: Final = "splunk-var"
APP: Final = "conf/splunk/lab_logging_server"
"""What the lab needs of its server."""
SEARCH_APP: Final = "conf/splunk/flow_attribution"
"""What people look at."""
APPS_INSIDE: Final = "/opt/splunk/etc/apps"
HEC_INSIDE: Final = 8088
"""Splunk's own default; inside its container there is nobody to share it with."""
PASSWORD_FILE: Final = "/etc/lab/admin-password"  # noqa: S105  # a path, not a password
ADMIN: Final = "admin"
URL: Final = f"https://splunk:{ports.SPLUNK_MANAGEMENT}"
HEC_URL: Final = f"https://splunk:{HEC_INSIDE}"


def splunk(
    ground: Ground, identity: Identity, password: pulumi.Input[str], opts: pulumi.ResourceOptions
) -> docker.Container:
    """Make Splunk, healthy when its management port and its event collector answer, verified by the lab's CA.

    Args:
        ground: what stands before the first container.
        identity: the certificate of its web, management and collector ports.
        password: the administrator's.
        opts: options of the resource.
    """
    key_and_chain = pulumi.Output.concat(identity.certificate, identity.private_key, identity.authority)
    return run(
        Service(
            name="splunk",
            image=ground.image("splunk"),
            limits=ground.limits["splunk"],
            user=USER,
            networks=[ground.networks.splunk_backend],
            environment={
                "SPLUNK_START_ARGS": "--accept-license",
                **(
                    {"SPLUNK_GENERAL_TERMS": "--accept-sgt-current-at-splunk-com"}
                    if release(ground.versions.splunk) >= (10, 0)
                    else {}
                ),
                # the image reads the password from a file when the variable names one (splunk-ansible,
                # environ.py)
                "SPLUNK_PASSWORD": PASSWORD_FILE,
                # so that a password that was changed, or made anew for data that was kept, is the one that
                # holds
                "SPLUNK_DECLARATIVE_ADMIN_PASSWORD": "true",
                "SPLUNK_HOME_OWNERSHIP_ENFORCEMENT": "false",  # needs rights that this user does not have
                "HIDE_PASSWORD": "true",
            },
            configuration={
                f"{APPS_INSIDE}/{app.rpartition('/')[2]}/{part}": f"{app}/{part}"
                for app in (APP, SEARCH_APP)
                for part in APP_PARTS
            },
            data={"/opt/splunk/etc": ground.volumes[ETC], "/opt/splunk/var": ground.volumes[VAR]},
            files=[
                PlacedFile(path="/etc/lab/ca.pem", content=identity.authority),
                PlacedFile(path="/etc/lab/splunk.pem", content=pulumi.Output.secret(key_and_chain)),
                PlacedFile(path="/etc/lab/splunk.key", content=pulumi.Output.secret(identity.private_key)),
                PlacedFile(path="/etc/lab/splunk.crt", content=identity.certificate),
                PlacedFile(path=PASSWORD_FILE, content=pulumi.Output.secret(password)),
            ],
            health=health.Health(command=HEALTH, start=420, interval=15, timeout=15),
            stop_seconds=120,  # it writes its buckets to disk
        ),
        ground.site,
        opts,
    )


APP_PARTS: Final = ("default", "metadata")

_CURL: Final = "curl -fsS --max-time 10 --cacert /etc/lab/ca.pem -o /dev/null"
HEALTH: Final = f"{_CURL} {URL}/ && {_CURL} {HEC_URL}/services/collector/health/1.0"
