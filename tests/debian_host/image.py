"""Debian images with systemd and sshd, made by debootstrap once per machine."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import docker

from infra.cache import cache_folder

PACKAGES: Final = (
    *("systemd", "systemd-sysv", "dbus", "openssh-server", "sudo", "procps", "python3-minimal"),
    *("iproute2", "ethtool", "chrony", "nftables", "curl", "ca-certificates", "gpg", "gpg-agent", "gnupg"),
)
"""What a small installation of Debian has, and what the roles need from Debian itself."""

SETUP: Final = """set -e
useradd --create-home --shell /bin/bash analyst
echo 'analyst ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/analyst
echo 'analyst:correct horse' | chpasswd
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/* /etc/ssh/ssh_host_*
systemctl mask --quiet systemd-resolved.service getty.target
printf '[Unit]\\nBefore=ssh.service\\n[Service]\\nType=oneshot\\nExecStart=/usr/bin/ssh-keygen -A\\n[Install]\\n\
WantedBy=multi-user.target\\n' >/etc/systemd/system/ssh-keys.service
systemctl enable --quiet ssh-keys.service
"""

SUITES: Final = {"12": "bookworm", "13": "trixie"}
"""The names of Debian's releases at its mirrors."""
REPOSITORY: Final = "flow-attribution-lab-test-debian"


def _archive(release: str) -> Path:
    """The file system as a tar archive, in the user's cache."""
    archive = cache_folder() / "tests" / f"debian-{release}.tar"
    if archive.exists():
        return archive
    program = shutil.which("debootstrap")
    assert program is not None, "these tests need debootstrap"
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        root, draft = Path(folder) / "root", Path(folder) / "draft.tar"
        subprocess.run(
            [program, "--variant=minbase", f"--include={','.join(PACKAGES)}", SUITES[release], str(root)],
            check=True,
            capture_output=True,
        )
        subprocess.run(["chroot", str(root), "sh", "-c", SETUP], check=True, capture_output=True)
        subprocess.run(["tar", "-C", str(root), "-cf", str(draft), "."], check=True)
        draft.replace(archive)
    return archive


def image(client: docker.DockerClient, release: str = "12") -> str:
    """Return the tag of a release's image, made and imported where it is missing."""
    name = f"{REPOSITORY}:{release}"
    if not client.images.list(name=name):
        client.api.import_image_from_file(
            str(_archive(release)), repository=REPOSITORY, tag=release, changes=['CMD ["/sbin/init"]']
        )
    return name
