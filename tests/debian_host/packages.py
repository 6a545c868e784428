"""Stand-in packages for what vendors publish, and a signed apt repository that serves them over HTTPS."""

import ssl
import subprocess
import threading
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

USER_ID: Final = "Stand-in packages <packages@lab.example>"

ZEEK: Final = """#!/bin/sh
# Stands in for Zeek: reads the same options, writes a connection every second.
case "$1" in
--parse-only) test -r "$2" ;;
--iface)
  test -e "/sys/class/net/$2" && test -r "$3" || exit 1
  while sleep 1; do
    echo '{"ts":1.0,"uid":"Cstandin","proto":"tcp","community_id":"1:LQU9qZlK+B5F3KDmev6m5PMibrg="}' |
      tee -a conn_open.log >>conn.log
  done
  ;;
*) exit 2 ;;
esac
"""

GROUP: Final = """#!/bin/sh
# As the real package does after its installation.
getent group zeek >/dev/null || groupadd --system zeek
"""

FILEBEAT: Final = """#!/bin/sh
# Stands in for Filebeat: refuses a configuration without its server, runs until it is stopped.
test -n "$LAB_LOGGING_SERVER" || exit 1
test -r /etc/lab/tls/beats.key || exit 1
test -r /etc/filebeat/filebeat.yml || exit 1
test "$1" = test && exit 0
exec sleep infinity
"""

FILEBEAT_UNIT: Final = """[Service]
ExecStart=/usr/bin/filebeat
Restart=always
[Install]
WantedBy=multi-user.target
"""

CLOCK_UNIT: Final = """[Service]
ExecStart=/usr/bin/sleep infinity
[Install]
WantedBy=multi-user.target
"""
ONE_CLOCK: Final = "Provides: time-daemon\nConflicts: time-daemon\nReplaces: time-daemon\n"
"""As Debian's and Ubuntu's packages have it."""


def _build(
    folder: Path, name: str, version: str, files: dict[str, tuple[str, int]], relations: str = ""
) -> None:
    root = folder / f"{name}-root"
    control = f"Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: {USER_ID}\n{relations}"
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN" / "control").write_text(control + "Description: stand-in\n")
    for path, (content, mode) in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
        target.chmod(mode)
    subprocess.run(
        ["dpkg-deb", "--build", "--root-owner-group", str(root), str(folder / f"{name}_{version}_all.deb")],
        check=True,
        capture_output=True,
    )


@dataclass
class Repository:
    """A repository in a folder, signed by a key of its own."""

    folder: Path
    gnupg: Path
    fingerprint: str = ""
    user_id: str = USER_ID

    def make(self) -> None:
        """Build the packages, index and sign them, and export the key."""
        self.folder.mkdir(parents=True)
        self.gnupg.mkdir(mode=0o700)
        zeek = {"opt/zeek/bin/zeek": (ZEEK, 0o755), "DEBIAN/postinst": (GROUP, 0o755)}
        _build(self.folder, "zeek-lts-core", "8.0.0", zeek)
        filebeat = {
            "usr/bin/filebeat": (FILEBEAT, 0o755),
            "lib/systemd/system/filebeat.service": (FILEBEAT_UNIT, 0o644),
            "etc/filebeat/filebeat.yml": ("# as shipped\n", 0o600),
        }
        _build(self.folder, "filebeat", "8.19.0", filebeat)
        for name in ("chrony", "systemd-timesyncd"):
            service = {f"lib/systemd/system/{name}.service": (CLOCK_UNIT, 0o644)}
            _build(self.folder, name, "999", service, ONE_CLOCK)
        self._gpg("--quick-generate-key", self.user_id, "ed25519", "sign", "1d")
        listed = self._gpg("--with-colons", "--list-keys").decode()
        self.fingerprint = next(line.split(":")[9] for line in listed.splitlines() if line.startswith("fpr"))
        (self.folder / "Release.key").write_bytes(self._gpg("--armor", "--export"))
        self._index(self.folder / "Packages", self.folder)
        suite = self.folder / "dists" / "stable"
        for architecture in ("all", "amd64", "arm64"):
            self._index(suite / "main" / f"binary-{architecture}" / "Packages", suite)
        # signing has started an agent, which would outlive the tests
        subprocess.run(["gpgconf", "--homedir", str(self.gnupg), "--kill", "all"], check=True)

    def _index(self, packages: Path, release: Path) -> None:
        """Write an index of all packages, and the signed list of what lies below `release`."""
        packages.parent.mkdir(parents=True, exist_ok=True)
        for path, command in (
            (packages, ["apt-ftparchive", "packages", "."]),
            (release / "Release", ["apt-ftparchive", "release", str(release)]),
        ):
            made = subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
            path.write_bytes(made.stdout)
        self._gpg("--clearsign", "--output", str(release / "InRelease"), str(release / "Release"))

    def _gpg(self, *arguments: str) -> bytes:
        return subprocess.run(
            ["gpg", "--homedir", str(self.gnupg), "--batch", "--yes", "--passphrase", "", *arguments],
            check=True,
            capture_output=True,
        ).stdout


class _Quiet(SimpleHTTPRequestHandler):
    # the length tells where a file ends: apt from Debian 13 on takes no TLS connection that just breaks off
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def serve(folder: Path, address: str, certificate: Path, key: Path, port: int = 0) -> ThreadingHTTPServer:
    """Serve a folder over HTTPS on a port of `address`, a free one unless given; the caller shuts it down."""
    server = ThreadingHTTPServer((address, port), partial(_Quiet, directory=str(folder)))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    return server
