"""One small image that stands for all of the logging server's: it serves what their health checks ask for.

It is made from this machine's bash, busybox and nginx, because no registry can be counted on. At its start it looks
at the files that it was given as the real service would, and says what it found; `docker logs` tells. nginx is no
stand-in: it is the real one, with the lab's configuration.
"""

import io
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import docker

from tests.conf.nginx.door import mime_types, nginx_binary

TAG = "lab-stand-in:1"
BUILT = "lab-stand-in:built"
"""The same for an image that the lab builds itself: its program is its entry point."""

SERVE = r"""#!/bin/bash
# What the real service would find, in words that a test can read.
echo "user $(id -u):$(id -g)"
for file in /etc/lab/*; do
    [ -e "$file" ] || continue
    if read -r -N 1 _ <"$file"; then echo "reads $file"; else echo "cannot read $file"; fi
    if { : >>"$file"; } 2>/dev/null; then echo "may write $file"; fi
done
while read -r _ path _ options _; do
    case $path in
    /usr/share/logstash/*|/etc/nginx/*|/opt/splunk/etc/apps/*) ;;
    *) continue ;;
    esac
    echo "mounted $path ${options%%,*}"
    [ -r "$path" ] && echo "reads $path"
done </proc/mounts
for folder in $STAND_IN_DATA; do
    if { : >"$folder/probe"; } 2>/dev/null; then echo "writes $folder"; else echo "cannot write $folder"; fi
done
echo "memory $(cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null)"
trap 'echo stopped; exit 0' TERM QUIT
for port in $STAND_IN_PORTS; do /bin/busybox httpd -p "$port" -h /www; done
while :; do read -r -t 3600 <> <(:) || :; done
"""

PAGES = (
    "subjects",
    "connectors",
    "topics",
    "healthcheck",
    "_node/pipelines/main",
    "index.html",
)

TRUE = "#!/bin/bash\nexit 0\n"


def build(client: docker.DockerClient, folder: Path) -> None:
    """Make the image on an engine."""
    archive = folder / "stand-in.tar"
    with tarfile.open(archive, "w") as tar:
        for path, name in _programs():
            tar.add(path.resolve(), arcname=name, recursive=False)
        for name in ("sh", "cat", "id", "wget", "sleep"):
            _link(tar, f"bin/{name}", "/bin/busybox")
        for name in (
            "tmp",
            "var/lib/kafka/data",
            "usr/share/logstash/data",
            "opt/splunk/etc",
            "opt/splunk/var",
        ):
            _folder(tar, name)
        for page in PAGES:
            _file(tar, f"www/{page}", "ok\n", 0o644)
        _file(tar, "usr/bin/serve", SERVE, 0o755)
        for command in ("bin/kafka-broker-api-versions", "bin/ksql", "bin/curl", "local/bin/python"):
            _file(tar, f"usr/{command}", TRUE, 0o755)
    for name, started in ((TAG, "CMD"), (BUILT, "ENTRYPOINT")):
        repository, _, version = name.rpartition(":")
        client.api.import_image_from_data(
            archive.read_bytes(),
            repository=repository,
            tag=version,
            changes=[f'{started} ["/usr/bin/serve"]', "ENV PATH=/usr/bin:/bin:/usr/sbin"],
        )


def tag(client: docker.DockerClient, images: set[str], made: str = TAG) -> None:
    """Give the image `made` the names of the images that it stands for."""
    image = client.images.get(made)
    for name in images:
        repository, _, version = name.rpartition(":")
        image.tag(repository, version)


def _programs() -> Iterator[tuple[Path, str]]:
    busybox = shutil.which("busybox")
    if busybox is None:
        raise FileNotFoundError("busybox is not installed: apt-get install busybox-static")
    nginx = nginx_binary()
    listed = subprocess.run(["ldd", "/bin/bash", nginx], check=True, capture_output=True, text=True).stdout
    yield Path("/bin/bash"), "/bin/bash"
    yield Path(busybox), "/bin/busybox"
    yield Path(nginx), "/usr/sbin/nginx"
    yield mime_types(), "/etc/nginx/mime.types"
    for found in sorted(set(re.findall(r"(/\S+) \(0x", listed))):
        yield Path(found), found


def _file(tar: tarfile.TarFile, name: str, content: str, mode: int) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content.encode()), mode
    tar.addfile(info, io.BytesIO(content.encode()))


def _folder(tar: tarfile.TarFile, name: str) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.mode = tarfile.DIRTYPE, 0o1777
    tar.addfile(info)


def _link(tar: tarfile.TarFile, name: str, target: str) -> None:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = tarfile.SYMTYPE, target
    tar.addfile(info)
