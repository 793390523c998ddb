"""Fetches WordPress, WP-CLI and the SQLite drop-in from public registries, once, into a cache.

7.1.1 comes from the npm package `wp-studio` (nothing of it is run), 6.1.9 from Debian 12's
`wordpress`. The cache is AFTERCARE_CACHE, or ~/.cache/aftercare; what lies there needs no network.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.servers.process import MissingPart, need

Say = Callable[[str], None]

STUDIO = "wp-studio@1.22.0"
STUDIO_FILE = "wp-studio-1.22.0.tgz"
STUDIO_SHA256 = "eca448e9240e391045441f79541268fcccbd78169dfb6cf04b3c3d304492e661"
STUDIO_ROOT = "package/dist/cli/wp-files"
DEBIAN_PACKAGES = [
    "wordpress",
    "wordpress-theme-twentytwentythree",
    "libjs-cropper",
    "libjs-underscore",
    "php-getid3",
]
VERSIONS = ("7.1.1", "6.1.9")


def to_stderr(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def cache() -> Path:
    """The folder that fetched parts are kept in."""
    if chosen := os.environ.get("AFTERCARE_CACHE"):
        return Path(chosen)
    return Path.home() / ".cache" / "aftercare"


def wordpress_tree(version: str, say: Say = to_stderr) -> Path:
    """The unpacked WordPress *version*. Raises MissingPart when it can be neither found nor fetched."""
    tree = cache() / f"wordpress-{version}"
    if version not in VERSIONS:
        raise MissingPart(f"no way is known to get WordPress {version}; known are {', '.join(VERSIONS)}")
    if not tree.exists():
        with _locked(version):
            if not tree.exists():
                _fetch_studio(say) if version == "7.1.1" else _fetch_debian(tree, say)
    found = tree_version(tree)
    if found != version:
        raise MissingPart(f"{tree} holds WordPress {found}, not {version}: delete it and start again")
    return tree


def wp_cli(say: Say = to_stderr) -> Path:
    """wp-cli.phar, of the same package as WordPress 7.1.1."""
    wordpress_tree("7.1.1", say)
    return cache() / "wp-cli" / "wp-cli.phar"


def sqlite_drop_in(say: Say = to_stderr) -> Path:
    """WordPress's SQLite drop-in, of the same package as WordPress 7.1.1."""
    wordpress_tree("7.1.1", say)
    return cache() / "sqlite-database-integration"


def tree_version(tree: Path) -> str:
    """What a WordPress tree says that it is."""
    said = re.search(r"\$wp_version\s*=\s*'([^']+)'", (tree / "wp-includes/version.php").read_text("utf-8"))
    return said[1] if said else "unknown"


def _fetch_studio(say: Say) -> None:
    archive = cache() / "downloads" / STUDIO_FILE
    if not archive.exists():
        npm = need("npm", "npm")
        arriving = archive.parent / "arriving"
        arriving.mkdir(parents=True, exist_ok=True)
        patience = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000"]  # no network: say so soon
        fetch = [npm, "pack", "--silent", *patience, "--pack-destination", str(arriving), STUDIO]
        _run(fetch, say, f"fetching WordPress 7.1.1 ({STUDIO} by npm, 67 MB)", arriving)
        (arriving / STUDIO_FILE).rename(archive)
    sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
    if sha256 != STUDIO_SHA256:
        archive.unlink()
        raise MissingPart(f"{STUDIO_FILE} arrived damaged or changed (SHA-256 {sha256}); it was deleted: start again")
    say("unpacking WordPress 7.1.1")
    staging = cache() / "staging-7.1.1"
    shutil.rmtree(staging, ignore_errors=True)
    wanted = {"latest/wordpress": "wordpress-7.1.1", "wp-cli": "wp-cli"}
    wanted["sqlite-database-integration"] = "sqlite-database-integration"
    staging.mkdir()
    members = [f"{STUDIO_ROOT}/{part}" for part in wanted]
    subprocess.run([need("tar", "tar"), "-xzf", str(archive), "-C", str(staging), *members], check=True)
    order = ["wp-cli", "sqlite-database-integration", "latest/wordpress"]  # the tree last: it says "complete"
    for part in order:
        shutil.rmtree(cache() / wanted[part], ignore_errors=True)
        (staging / STUDIO_ROOT / part).rename(cache() / wanted[part])
    shutil.rmtree(staging)


def _fetch_debian(tree: Path, say: Say) -> None:
    need("apt-get", "apt")
    downloads = cache() / "downloads" / "debian-wordpress"
    if not list(downloads.glob("wordpress_6.1.*.deb")):
        downloads.mkdir(parents=True, exist_ok=True)
        options = _apt_options_for_bookworm(say)
        command = ["apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", *options, *DEBIAN_PACKAGES]
        _run(command, say, "fetching WordPress 6.1.9 (Debian 12's package, 20 MB)", downloads)
    say("unpacking WordPress 6.1.9")
    staging = cache() / "staging-6.1.9"
    shutil.rmtree(staging, ignore_errors=True)
    for package in sorted(downloads.glob("*.deb")):
        subprocess.run([need("dpkg-deb", "dpkg"), "-x", str(package), str(staging)], check=True)
    root = staging / "usr/share/wordpress"
    for own in (root / ".htaccess", root / "wp-config.php"):
        own.unlink(missing_ok=True)  # they point into /etc
    copied = cache() / "staging-6.1.9-tree"
    shutil.rmtree(copied, ignore_errors=True)
    # Debian links shared scripts and fonts to other packages: follow the links, leave what is not there.
    subprocess.run(["cp", "-aL", str(root), str(copied)], check=False, stderr=subprocess.DEVNULL)
    copied.rename(tree)
    shutil.rmtree(staging)


def _apt_options_for_bookworm(say: Say) -> list[str]:
    """None on Debian 12; elsewhere an apt configuration of our own that reads Debian 12's lists."""
    policy = subprocess.run(["apt-cache", "madison", "wordpress"], capture_output=True, text=True).stdout
    if re.search(r"\|\s*6\.1\.", policy):
        return []
    lists = "\n".join(p.read_text() for p in [*Path("/etc/apt").glob("sources.list"), *_source_parts()])
    mirror = re.search(r"https?://[^\s\]]*debian\.org/debian/?(?=\s)", lists)
    if "Debian" not in Path("/etc/os-release").read_text() or not mirror:
        raise MissingPart("WordPress 6.1.9 is Debian 12's package and this machine's apt does not know Debian")
    own = cache() / "apt-bookworm"
    for folder in (own / "lists/partial", own / "cache/archives/partial"):
        folder.mkdir(parents=True, exist_ok=True)
    signed = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"
    source, security = own / "sources.list", mirror[0].rstrip("/") + "-security"
    source.write_text(f"deb {signed} {mirror[0]} bookworm main\ndeb {signed} {security} bookworm-security main\n")
    settings = {
        "Dir::Etc::sourcelist": source,
        "Dir::Etc::sourceparts": "-",
        "Dir::State::lists": own / "lists",
        "Dir::Cache": own / "cache",
    }
    options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
    _run(["apt-get", "update", "-q", *options], say, "reading Debian 12's package lists", own)
    return options


def _source_parts() -> Iterator[Path]:
    yield from Path("/etc/apt/sources.list.d").glob("*.list")
    yield from Path("/etc/apt/sources.list.d").glob("*.sources")


def _run(command: Sequence[str], say: Say, doing: str, folder: Path) -> None:
    """Run a download in *folder*, saying every few seconds that it goes on. Raises MissingPart with its last words."""
    say(doing)
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    while True:
        try:
            output, _ = process.communicate(timeout=3.0)
            break
        except subprocess.TimeoutExpired:
            say(f"{doing}: {time.monotonic() - began:.0f} s")
    if process.returncode:
        last = [line for line in output.strip().splitlines() if line][-3:]
        raise MissingPart(f"{doing} did not work; is there a network? {command[0]} said: {' / '.join(last)}")


@contextmanager
def _locked(name: str) -> Iterator[None]:
    """Two processes do not fetch the same thing at once."""
    cache().mkdir(parents=True, exist_ok=True)
    with (cache() / f".{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
