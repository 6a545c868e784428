"""Debian images with systemd and sshd, made by debootstrap once per machine."""

import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

import docker

from infra.cache import cache_folder

PACKAGES: Final = (
    *("systemd", "systemd-sysv", "dbus", "openssh-server", "sudo", "procps"),
    *("iproute2", "ethtool", "nftables", "curl", "ca-certificates", "gpg", "gpg-agent", "gnupg"),
)
"""What a small installation of Debian has, and what the roles need from Debian itself."""
MORE: Final = {"12": ("chrony", "python3-minimal"), "13": ("systemd-timesyncd",)}
"""By release: one has the clock's daemon and a web server already, the other what Debian puts there by itself."""

SETUP: Final = """set -e
useradd --create-home --shell /bin/bash analyst
echo 'analyst ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/analyst
echo 'analyst:correct horse' | chpasswd
rm -f /etc/apt/sources.list /etc/apt/sources.list.d/* /etc/ssh/ssh_host_*
apt-get clean && rm -rf /var/lib/apt/lists/*
systemctl mask --quiet systemd-resolved.service getty.target
printf '[Unit]\\nBefore=ssh.service\\n[Service]\\nType=oneshot\\nExecStart=/usr/bin/ssh-keygen -A\\n[Install]\\n\
WantedBy=multi-user.target\\n' >/etc/systemd/system/ssh-keys.service
systemctl enable --quiet ssh-keys.service
"""

DPKG: Final = """# what does not outlive a test need not be on the disk at once, nor be read by anybody
force-unsafe-io
path-exclude=/usr/share/doc/*
path-exclude=/usr/share/man/*
path-exclude=/usr/share/locale/*
"""
"""/etc/dpkg/dpkg.cfg.d, while the image is made and in it: an engine copies half as much."""

SUITES: Final = {"12": "bookworm", "13": "trixie"}
"""The names of Debian's releases at its mirrors."""
REPOSITORY: Final = "flow-attribution-lab-test-debian"


def _packages(release: str) -> tuple[str, ...]:
    return (*PACKAGES, *MORE[release])


def _tag(release: str) -> str:
    """Another content is another image: a cache that is older than these lines is not used."""
    content = hashlib.sha256("\0".join((*_packages(release), SETUP, DPKG)).encode()).hexdigest()
    return f"{release}-{content[:12]}"


def _archive(release: str) -> Path:
    """The file system as a tar archive, in the user's cache."""
    archive = cache_folder() / "tests" / f"debian-{_tag(release)}.tar"
    if archive.exists():
        return archive
    program = shutil.which("debootstrap")
    assert program is not None, "these tests need debootstrap"
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        root, draft = Path(folder) / "root", Path(folder) / "draft.tar"
        settings = root / "etc" / "dpkg" / "dpkg.cfg.d" / "tests"
        settings.parent.mkdir(parents=True)
        settings.write_text(DPKG)
        subprocess.run(
            [
                *(program, "--variant=minbase", f"--include={','.join(_packages(release))}"),
                *(SUITES[release], str(root)),
            ],
            check=True,
            capture_output=True,
        )
        subprocess.run(["chroot", str(root), "sh", "-c", SETUP], check=True, capture_output=True)
        subprocess.run(["tar", "-C", str(root), "-cf", str(draft), "."], check=True)
        draft.replace(archive)
    return archive


def image(client: docker.DockerClient, release: str = "12") -> str:
    """Return the tag of a release's image, made and imported where it is missing."""
    tag = _tag(release)
    name = f"{REPOSITORY}:{tag}"
    if not client.images.list(name=name):
        client.api.import_image_from_file(
            str(_archive(release)), repository=REPOSITORY, tag=tag, changes=['CMD ["/sbin/init"]']
        )
    return name
