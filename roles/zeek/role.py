"""The Zeek server's role: everything that makes a Debian or Ubuntu machine the lab's sensor."""

from infra.provision.step import Role
from roles.linux.apt import Repository
from roles.linux.distribution import Distribution
from roles.zeek import capture, clock, filebeat, firewall, log_limit, package, sensor
from roles.zeek.settings import ZeekSettings


def zeek_server(
    settings: ZeekSettings,
    distribution: Distribution,
    zeek_packages: Repository | None = None,
    elastic_packages: Repository = package.ELASTIC,
) -> Role:
    """Zeek before Filebeat, so that there is something to ship; the firewall last.

    Args:
        settings: what is watched, and where the logs go.
        distribution: what the machine runs; it decides on Zeek's repository.
        zeek_packages: another repository of Zeek's packages, for instance a mirror.
        elastic_packages: another repository of Elastic's packages.
    """
    zeek_packages = zeek_packages or package.zeek_repository(distribution)
    return Role(
        "Zeek server",
        (
            *clock.steps(),
            *package.steps(settings.zeek_version, zeek_packages, elastic_packages),
            *capture.steps(settings.interface),
            *sensor.steps(settings.interface),
            *log_limit.steps(settings.log_limit_gb, settings.log_limit_days),
            *filebeat.steps(settings),
            *firewall.steps(settings.ssh_port),
        ),
    )
