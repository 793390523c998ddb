"""The system's Firefox, as Debian or Mozilla ship it, with the same confinement as Chromium: the second engine.

Playwright drives it over WebDriver BiDi (its channel `moz-firefox`), by way of a relay of ours (`relay`). What holds
it: Firefox's own sandbox around whatever reads pages, the process without rights and with limits (`confine`), and
preferences by which all that it loads comes through our proxy: loopback too, names unasked, nothing past it when it
fails. It makes no call of its own.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Any

from diagnostics.forms.browser.chromium import VIEW_HEIGHT
from diagnostics.forms.browser.gone import gone
from diagnostics.forms.browser.relay import Refused, Relay

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Playwright

    from diagnostics.forms.browser.tried import Job

PROGRAMS = ("firefox-esr", "firefox")
HELD_BY_FIREFOX = "Firefox's sandbox, in a process without rights"
OLDEST = 144  # the first that hands out a request's body (network.getData, "request")
MOST_BODY = 1_000_000
START_MS = 20_000
_NOTHING = "data:,"
PREFERENCES: dict[str, str | int | bool] = {
    # All by the proxy, and nothing past it.
    "network.proxy.type": 1,
    "network.proxy.share_proxy_settings": False,
    "network.proxy.no_proxies_on": "",
    "network.proxy.allow_hijacking_localhost": True,
    "network.proxy.testing_localhost_is_secure_when_hijacked": True,  # loopback is a secure context without it too
    "network.proxy.failover_direct": False,
    "network.trr.mode": 5,  # no DNS over HTTPS, by nobody's choice
    "network.dns.disabled": True,
    "network.dns.disablePrefetch": True,
    "network.http.http3.enable": False,  # UDP knows no proxy
    "network.prefetch-next": False,
    "network.predictor.enabled": False,
    "network.early-hints.preconnect.enabled": False,
    "media.peerconnection.enabled": False,
    "dom.serviceWorkers.enabled": False,
    "dom.push.enabled": False,
    "security.fileuri.strict_origin_policy": True,  # which Playwright takes away
    # No call of its own.
    "app.normandy.enabled": False,
    "app.update.auto": False,
    "browser.discovery.enabled": False,
    "browser.ml.enable": False,
    "browser.newtabpage.activity-stream.feeds.section.topstories": False,
    "browser.region.network.url": "",
    "browser.region.update.enabled": False,
    "browser.search.suggest.enabled": False,
    "browser.topsites.contile.enabled": False,
    "captivedetect.canonicalURL": "",
    "dom.push.connection.enabled": False,
    "extensions.blocklist.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "identity.fxaccounts.enabled": False,
    "media.gmp-manager.url": _NOTHING,
    "messaging-system.rsexperimentloader.enabled": False,
    "network.captive-portal-service.enabled": False,
    "nimbus.rollouts.enabled": False,
    "security.OCSP.enabled": 0,
    "security.remote_settings.crlite_filters.enabled": False,
    "security.remote_settings.intermediates.enabled": False,
    "services.settings.server": _NOTHING,
    "toolkit.telemetry.enabled": False,
    "toolkit.telemetry.server": _NOTHING,
    # Fewer processes: half the memory.
    "dom.ipc.processCount": 1,
    "dom.ipc.processPrelaunch.enabled": False,
    "fission.autostart": False,
    "browser.tabs.remote.separatePrivilegedContentProcess": False,
    "media.rdd-process.enabled": False,
    "media.utility-process.enabled": False,
    "network.process.enabled": False,
    "layers.gpu-process.enabled": False,
    "javascript.options.mem.max": 256,  # MiB
    "browser.cache.disk.enable": False,
}


def find_firefox() -> str:
    """The path of the system's Firefox; "" where there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), "")


async def start_firefox(
    playwright: Playwright, program: str, job: Job, relay: Relay, proxy: dict[str, str]
) -> BrowserContext:
    """A browser with one empty window. Raises playwright's Error, or Refused, where it cannot be driven."""
    try:
        context = await _launched(playwright, program, job, relay, proxy)
        await relay.ask("network.addDataCollector", dataTypes=["request"], maxEncodedDataSize=MOST_BODY)
        await relay.ask("network.addIntercept", phases=["beforeRequestSent"])
    except (gone(), Refused) as error:
        if "addDataCollector" in str(error) or "dataTypes" in str(error):
            raise Refused(f"it is too old to be asked what a form sends: Firefox {OLDEST} and newer can") from None
        raise
    return context


async def _launched(
    playwright: Playwright, program: str, job: Job, relay: Relay, proxy: dict[str, str]
) -> BrowserContext:
    host, _, port = proxy["server"].removeprefix("http://").rpartition(":")
    by_proxy: dict[str, Any] = {f"network.proxy.{kind}": host for kind in ("http", "ssl")}
    by_proxy |= {f"network.proxy.{kind}_port": int(port) for kind in ("http", "ssl")}
    return await playwright.firefox.launch_persistent_context(
        relay.profile,
        channel="moz-firefox",
        # The shell says the relay's address in Firefox's place, and tells the relay of Firefox's end.
        executable_path="/bin/sh",
        ignore_default_args=True,
        args=[
            "-c", 'echo "WebDriver BiDi listening on $0" >&2; ended=$1; shift; "$@"; : > "$ended"',
            relay.url, str(relay.ended), program,
            "--remote-debugging-port=0", "--headless", "--no-remote", "--profile", str(relay.profile),
        ],
        firefox_user_prefs={**PREFERENCES, **by_proxy},
        viewport={"width": job.width, "height": VIEW_HEIGHT},
        accept_downloads=False,
        timeout=START_MS,
        env={
            **{name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ},
            "MOZ_REMOTE_SETTINGS_DEVTOOLS": "1",  # or a released Firefox keeps to its own `services.settings.server`
        },
    )  # fmt: skip
