"""Filebeat on the sensor: Zeek's logs to Logstash; what is not yet acknowledged stays on disk."""

from pathlib import Path
from typing import Final

from infra.provision.command import Command, Upload
from infra.provision.step import Step
from roles.linux import files, systemd
from roles.zeek.settings import ZeekSettings

UNIT: Final = "filebeat.service"
TLS: Final = "/etc/lab/tls"
CONFIGURATION: Final = Path(__file__).resolve().parent.parent.parent / "conf" / "filebeat" / "zeek.yml"
DROP_IN: Final = "/etc/systemd/system/filebeat.service.d/lab.conf"


def _certificates(settings: ZeekSettings) -> tuple[Upload, ...]:
    """The CA, the client certificate and its key, for root alone: Filebeat runs as root to read every log."""
    contents = {
        "ca.crt": settings.ca_certificate,
        "beats.crt": settings.client_certificate,
        "beats.key": settings.client_key.get_secret_value(),
    }
    return tuple(
        Upload(path=f"{TLS}/{name}", content=text.encode(), mode=0o600) for name, text in contents.items()
    )


def steps(settings: ZeekSettings) -> tuple[Step, ...]:
    """The steps that have Filebeat ship Zeek's logs, now and after every reboot."""
    certificates = _certificates(settings)
    environment = Upload(
        path=DROP_IN,
        content=f"[Service]\nEnvironment=LAB_LOGGING_SERVER={settings.logging_server}\n".encode(),
    )
    configuration = Upload(path="/etc/filebeat/filebeat.yml", content=CONFIGURATION.read_bytes(), mode=0o600)
    test = ("env", f"LAB_LOGGING_SERVER={settings.logging_server}", "filebeat", "test", "config")
    return (
        Step(
            "Filebeat's client certificate",
            check=tuple(files.is_there(upload) for upload in certificates),
            apply=(files.folder(TLS, "700"), *certificates, systemd.restart(UNIT)),
            remove=(Command(arguments=("rm", "-rf", "--", TLS)),),
        ),
        Step(
            f"Filebeat ships Zeek's logs to {settings.logging_server}",
            check=(files.is_there(configuration), files.is_there(environment)),
            apply=(
                *(configuration, environment, systemd.reload_units()),
                *(Command(arguments=test), systemd.restart(UNIT)),
            ),
            remove=(files.absent(environment.path), systemd.reload_units()),
        ),
        Step(
            "Filebeat, running now and after every reboot",
            check=systemd.is_up(UNIT),
            apply=systemd.start(UNIT),
            remove=systemd.stop(UNIT),
        ),
    )
