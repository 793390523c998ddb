"""Real parts for the tests below: WordPress sites, relay, sidecar. What is missing is skipped with its reason.

A site starts once a session and is handed to each test in good health: its mail settings,
must-use plugins and relay are mended after every test that changed them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.servers import real_parts
from tests.servers.lab import LabSite, MailWorld, lab_sidecar
from tests.servers.process import MissingPart
from tests.servers.sidecar import Sidecar
from tests.wordpress.told import Listeners, Told, listening

REAL_PLUGINS = "AFTERCARE_REAL_PLUGINS"


def begin(name: str, part: Any) -> Iterator[Any]:
    """Enter *part*, note that it ran, leave it at the end; skip with the reason when it is not here."""
    try:
        entered = part() if callable(part) else part
        running = entered.__enter__()
    except MissingPart as missing:
        real_parts.missing[name] = str(missing)
        pytest.skip(f"{name}: {missing}")
    real_parts.ran.add(name)
    try:
        yield running
    finally:
        entered.__exit__(None, None, None)


@pytest.fixture(scope="session")
def world() -> Iterator[MailWorld]:
    """DNS, certificates, relay and sink that all sites of the session use."""
    yield from begin("Postfix relay and NSD", MailWorld)


@pytest.fixture
def relay(world: MailWorld) -> Iterator[MailWorld]:
    """The relay's world, mended after the test."""
    yield world
    if world.relay.bent:
        world.relay.restore()


@pytest.fixture(scope="session")
def _site(world: MailWorld) -> Iterator[LabSite]:
    yield from begin("WordPress 7.1.1, MariaDB, nginx and php-fpm", lambda: LabSite(world))


@pytest.fixture(scope="session")
def _old_site(world: MailWorld) -> Iterator[LabSite]:
    yield from begin("WordPress 6.1.9, MariaDB, php -S", lambda: LabSite(world, "6.1.9", server="php"))


@pytest.fixture(scope="session")
def _sqlite_site(world: MailWorld) -> Iterator[LabSite]:
    yield from begin("WordPress 7.1.1, SQLite, php -S", lambda: LabSite(world, db="sqlite", server="php"))


def mended(site: LabSite) -> Iterator[LabSite]:
    """The site for one test; what the test changed is put back."""
    before = set((site.content / "mu-plugins").iterdir())
    yield site
    for added in set((site.content / "mu-plugins").iterdir()) - before:
        added.unlink()
    site.set_mail()


@pytest.fixture
def site(_site: LabSite) -> Iterator[LabSite]:
    """WordPress 7.1.1 as most hosts run it: MariaDB, nginx, php-fpm with opcache."""
    yield from mended(_site)


@pytest.fixture
def old_site(_old_site: LabSite) -> Iterator[LabSite]:
    """WordPress 6.1.9, the oldest that we promise, on php -S (no fastcgi_finish_request)."""
    yield from mended(_old_site)


@pytest.fixture
def sqlite_site(_sqlite_site: LabSite) -> Iterator[LabSite]:
    """WordPress 7.1.1 on the SQLite drop-in."""
    yield from mended(_sqlite_site)


@pytest.fixture(params=["site", "old_site", "sqlite_site"])
def every_site(request: pytest.FixtureRequest) -> LabSite:
    """Each of the three in turn."""
    site: LabSite = request.getfixturevalue(request.param)
    return site


@pytest.fixture(scope="module")
def listeners(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listeners]:
    """The sidecar's doors alone, for tests of what sites tell; the module's last test ends the pairings."""
    with listening(tmp_path_factory.mktemp("doors")) as listeners:
        yield listeners


@pytest.fixture
def told(site: LabSite, listeners: Listeners) -> Told:
    """What WordPress 7.1.1 tells from now on."""
    return listeners.to(site)


@pytest.fixture
def told_everywhere(every_site: LabSite, listeners: Listeners) -> Told:
    """What each of the three tells from now on, in turn."""
    return listeners.to(every_site)


@pytest.fixture(scope="session")
def sidecar(world: MailWorld) -> Iterator[Sidecar]:
    """The sidecar as a process of its own, with a mailbox for canaries and a relay of its own."""
    yield from begin("the sidecar on SQLite", lambda: lab_sidecar(world))


def quiet_hours(site: LabSite, *, whole_day: bool) -> None:
    """The site's forms are tried by themselves at no hour, or at any."""
    hours = "array( 'from' => '00:00', 'until' => '23:59' )" if whole_day else "null"
    site.php_eval(f"Aftercare\\Form_Wishes::set( array( 'quiet' => {hours} ) );")


@pytest.fixture
def paired_site(site: LabSite, sidecar: Sidecar) -> LabSite:
    """WordPress 7.1.1, paired with the sidecar by WP-CLI; `paired_site.id` is its id there.

    No form is tried by itself, what other tests change there would start it: who tests that ends the quiet hours.
    """
    if not site.id:  # not yet, or a test of the pairing itself has ended it
        site.id = sidecar.pair(site)
        quiet_hours(site, whole_day=True)
    return site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def real_plugins() -> Path:
    """The folder with real form and mail plugins, fetched by whoever runs the tests; their code is never committed."""
    chosen = os.environ.get(REAL_PLUGINS, "")
    if not chosen:
        real_parts.missing["real form and mail plugins"] = f"{REAL_PLUGINS} names no folder"
        pytest.skip(f"{REAL_PLUGINS} names no folder with real plugins")
    real_parts.ran.add("real form and mail plugins")
    return Path(chosen)


def real_plugin(folder: Path, slug: str) -> Path:
    """One of them. Skips the test when it is not there."""
    if not (folder / slug).is_dir():
        pytest.skip(f"{folder} holds no {slug}")
    return folder / slug
