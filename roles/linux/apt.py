"""Debian packages and repositories: what is installed, install it, remove what we installed."""

from dataclasses import dataclass

from infra.provision.command import Action, Command, Upload
from infra.provision.step import Check, Step
from roles.linux import files

STATE = "/var/lib/flow-attribution-lab"
"""On the host: remembers which packages the lab installed, so that it removes no others."""

APT = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "-o", "DPkg::Lock::Timeout=300")

INSTALLED = """for package; do
  test "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed || exit 1
done"""

REMEMBER = """set -e
state=$1; shift
mkdir -p "$state/installed"
for package; do
  test "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ||
    : >"$state/installed/$package"
done"""

FORGET = """set -e
state=$1; shift
for package; do
  test -e "$state/installed/$package" || continue
  DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=300 purge "$package"
  rm -f "$state/installed/$package"
done
rmdir --ignore-fail-on-non-empty "$state/installed" "$state" 2>/dev/null || true"""

DISPLACED = """set -e
state=$1; shift
mkdir -p "$state/displaced"
for package; do
  test "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ||
    : >"$state/displaced/$package"
done"""

GIVE_BACK = """set -e
state=$1; shift
export DEBIAN_FRONTEND=noninteractive
for package; do
  test -e "$state/displaced/$package" || continue
  apt-get -y -o DPkg::Lock::Timeout=300 --no-install-recommends install "$package"
  rm -f "$state/displaced/$package"
done
rmdir --ignore-fail-on-non-empty "$state/displaced" "$state" 2>/dev/null || true"""

# DPkg::Lock::Timeout is not for the lists, which a machine reads by itself for a while after it has started
UPDATE = """deadline=$(($(date +%s) + $1)); shift
until said=$("$@" 2>&1); do
  code=$?
  case $said in *lists/lock*) test "$(date +%s)" -ge "$deadline" || { sleep 1; continue; } ;; esac
  printf '%s\\n' "$said" >&2
  exit $code
done"""

FETCH_KEY = """set -eu
url=$1 keyring=$2 expected=$3
draft=$(mktemp -d)
trap 'rm -rf "$draft"' EXIT
curl --fail --silent --show-error --location --proto '=https' --retry 3 --output "$draft/key" "$url"
gpg --homedir "$draft" --batch --quiet --import "$draft/key"
found=$(gpg --homedir "$draft" --batch --with-colons --list-keys)
if ! printf '%s\\n' "$found" | cut -d: -f1,10 | grep -qxF -e "fpr:$expected" -e "uid:$expected"; then
  echo "the key from $url is not that of $expected, but:" >&2
  echo "$found" | grep -E '^(fpr|uid):' >&2
  exit 1
fi
gpg --homedir "$draft" --batch --export >"$draft/keyring"
install -D -m 644 "$draft/keyring" "$keyring"
"""


def installed(*packages: str) -> Check:
    """Whether all these packages are installed."""
    return Check(
        command=Command(
            arguments=("sh", "-c", INSTALLED, "sh", *packages), label=f"{' '.join(packages)} installed"
        )
    )


def install(*packages: str) -> tuple[Action, ...]:
    """Install packages, and remember those that were not there before."""
    return (
        Command(
            arguments=("sh", "-c", REMEMBER, "sh", STATE, *packages),
            label=f"remember whether {' '.join(packages)} were there",
        ),
        update(),
        Command(arguments=(*APT, "--no-install-recommends", "install", *packages), timeout=1800),
    )


def remove(*packages: str) -> tuple[Action, ...]:
    """Purge those of these packages that the lab installed."""
    return (
        Command(
            arguments=("sh", "-c", FORGET, "sh", STATE, *packages),
            label=f"purge {' '.join(packages)}",
            timeout=1800,
        ),
    )


def update() -> Command:
    """Read the repositories' lists; a repository that cannot be read or verified is an error."""
    reading = (*APT, "-o", "APT::Update::Error-Mode=any", "update")
    return Command(arguments=("sh", "-c", UPDATE, "sh", "300", *reading), label="apt-get update", timeout=900)


def packages_step(name: str, *packages: str, instead_of: tuple[str, ...] = ()) -> Step:
    """The step that has these packages installed.

    Args:
        name: the step's.
        packages: what shall be there.
        instead_of: packages that cannot be there beside them; those that were come back with the removal.
    """

    def state(script: str, label: str) -> tuple[Command, ...]:
        if not instead_of:
            return ()
        return (
            Command(
                arguments=("sh", "-c", script, "sh", STATE, *instead_of),
                label=f"{label} {' '.join(instead_of)}",
                timeout=1800,
            ),
        )

    return Step(
        name,
        check=(installed(*packages),),
        apply=(*state(DISPLACED, "remember what gives way, of"), *install(*packages)),
        remove=(*remove(*packages), *state(GIVE_BACK, "put back what gave way, of")),
    )


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A vendor's package repository, trusted for its own packages only (`signed-by`).

    `key` is what its signing key must be before apt ever sees it: the full fingerprint in upper-case
    hexadecimal without blanks or, for a vendor that publishes none, the key's user id.
    """

    name: str
    line: str
    """`URL suite [component …]`, as it stands in a sources list after the options."""
    key_url: str
    key: str

    @property
    def keyring(self) -> str:
        """Where its key lies on the host."""
        return f"/usr/share/keyrings/{self.name}.gpg"

    @property
    def sources_list(self) -> Upload:
        """Its sources list."""
        return Upload(
            path=f"/etc/apt/sources.list.d/{self.name}.list",
            content=f"deb [signed-by={self.keyring}] {self.line}\n".encode(),
        )


def repository_step(repository: Repository) -> Step:
    """The step that has a vendor's repository set up, its key verified."""
    key = Command(
        arguments=(
            *("sh", "-c", FETCH_KEY, "sh"),
            # a colon within a field of gpg's is written so (GnuPG, doc/DETAILS, "Field 10 - User-ID")
            *(repository.key_url, repository.keyring, repository.key.replace(":", r"\x3a")),
        ),
        label=f"fetch and verify {repository.key_url}",
    )
    return Step(
        f"the package repository {repository.name}, its key verified",
        check=(
            files.is_there(repository.sources_list),
            Check(command=Command(arguments=("test", "-s", repository.keyring))),
        ),
        apply=(*install("ca-certificates", "curl", "gnupg"), key, repository.sources_list, update()),
        remove=(files.absent(repository.sources_list.path, repository.keyring), update()),
        wants=(repository.key,),
    )
