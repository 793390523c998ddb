"""The system's Chromium, started so that a hostile page finds little: sandbox, own profile, our proxy, no WebRTC.

What holds it, from the inside out: Chromium's own sandbox (user namespaces and seccomp) wherever the kernel lets an
ordinary user make a namespace; where it does not, a process without rights, without our environment and with limits
(`confine`), whose only way out is the proxy and its egress policy. `Tried.sandbox` says which of the two it was.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Playwright

    from diagnostics.forms.browser.tried import Job

# The headless shell is the same engine with less around it: a third less memory.
PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
HELD_BY_ITSELF = "Chromium's sandbox"
HELD_BY_US = "a process without rights, without Chromium's sandbox: this machine lets no ordinary user make a namespace"
VIEW_HEIGHT = 900
_FLAGS = (
    "--disable-quic",  # UDP knows no proxy
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-gpu",
    "--disable-dev-shm-usage",  # containers have 64 MiB there
    "--renderer-process-limit=2",
    "--js-flags=--max-old-space-size=256",
    "--disk-cache-size=33554432",
    "--no-pings",
    "--disable-background-networking",
    "--disable-domain-reliability",
    "--mute-audio",
)


def find_chromium() -> str:
    """The path of the system's Chromium; "" where there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), "")


def may_make_namespaces() -> bool:
    """Whether this user may make a user namespace, which Chromium's sandbox stands on."""
    unshare = shutil.which("unshare")
    return (
        unshare is not None
        and subprocess.run([unshare, "-Ur", "true"], capture_output=True, check=False).returncode == 0
    )


async def start_chromium(
    playwright: Playwright, program: str, job: Job, profile: Path, proxy: dict[str, str], *, sandbox: bool
) -> BrowserContext:
    """A browser with one empty window. Raises playwright's Error where it does not start."""
    if not job.cookies:
        # What a visitor sets under Privacy → Block all cookies: scripts find no storage either.
        preferences = {"profile": {"default_content_setting_values": {"cookies": 2}}}
        folder = profile / "Default"
        folder.mkdir(parents=True)
        (folder / "Preferences").write_text(json.dumps(preferences))
    port = proxy["server"].rpartition(":")[2]
    return await playwright.chromium.launch_persistent_context(
        profile,
        executable_path=program,
        headless=True,
        chromium_sandbox=sandbox,
        # No name is asked here: the proxy does. Its own address is none to ask.
        args=[*_FLAGS, f"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1:{port}, EXCLUDE 127.0.0.1"],
        # Playwright takes loopback out of the bypass list by itself (`<-loopback>`).
        proxy={"server": proxy["server"], "username": proxy["username"], "password": proxy["password"]},
        viewport={"width": job.width, "height": VIEW_HEIGHT},
        is_mobile=job.phone,
        has_touch=job.phone,
        java_script_enabled=job.scripts,
        service_workers="block",
        accept_downloads=False,
        timeout=20_000,
        env={name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ},
    )


def as_a_visitors(user_agent: str, *, phone: bool) -> str:
    """The browser's own name without the word that tells a robot: filters for robots are not what is tested."""
    plain = user_agent.replace("HeadlessChrome", "Chrome")
    if not phone:
        return plain
    return plain.replace("X11; Linux x86_64", "Linux; Android 10; K").replace(" Safari/", " Mobile Safari/")


def client_hints(user_agent: str) -> dict[str, Any]:
    """The same name as `navigator.userAgentData` has it: an override without it leaves that empty."""
    version = re.search(r"Chrome/(\d+)", user_agent)
    phone = "Android" in user_agent
    return {
        "brands": [
            {"brand": "Chromium", "version": version[1] if version else ""},
            {"brand": "Not-A.Brand", "version": "24"},
        ],
        "platform": "Android" if phone else "Linux",
        "platformVersion": "10" if phone else "",
        "architecture": "" if phone else "x86",
        "model": "K" if phone else "",
        "mobile": phone,
    }
