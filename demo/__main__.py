"""`python -m demo`: start everything, break it, show each ticket open and close, stay up until Ctrl-C.

`--once --json` does it unattended and prints one line. Exit codes: 0 all as expected, 1 a
fault was named wrong or a ticket stayed open, 2 it could not start (and why).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import threading
from types import FrameType

from demo.acts import Outcome, healthy, perform
from demo.faults import FAULTS, Fault, named
from demo.stage import CannotStart, MissingPart, Running, fetch_parts, running
from demo.teller import Teller
from tests.servers.parts import VERSIONS, cache
from tests.servers.process import DidNotStart
from tests.servers.sidecar import STAFF
from tests.servers.wordpress import ADMIN

PORT = 8470
SHOWN = [  # what a first look at it shows: each kind of cause, none that takes minutes
    "wrong password",
    "relay's name mistyped",
    "relay down",
    "certificate expired",
    "STARTTLS missing",
    "encryption modes mixed up",
    "sender refused",
    "daily limit",
    "recipient refused",
    "host blocks the port",
    "no mailer",
    "plugin answers instead of the mailer",
]


def main() -> int:
    arguments = _arguments()
    if arguments.list:
        print("\n".join(f"{fault.name:40}{fault.code}" for fault in FAULTS))
        return 0
    teller = Teller(to_stderr=arguments.json)
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        faults = _chosen(arguments)
        if os.geteuid() != 0:
            return _as_root(arguments.wordpress, teller)
        return _demo(arguments, faults, teller)
    except (CannotStart, MissingPart, KeyError) as error:
        words = str(error.args[0]) if isinstance(error, KeyError) else str(error)
        print(f"demo: {words}", file=sys.stderr)
        return 2
    except DidNotStart as error:
        print(f"demo: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130 if arguments.once else 0


def _demo(arguments: argparse.Namespace, faults: list[Fault], teller: Teller) -> int:
    port = arguments.port if arguments.port is not None else (0 if arguments.once else PORT)
    teller.say("[bold]Aftercare: a real WordPress breaks, and one good ticket comes out[/bold]")
    outcomes: list[Outcome] = []
    well = True
    with running(arguments.wordpress, port, teller) as parts:
        _log_ins(parts, teller)
        try:
            teller.title("a healthy site")
            well = healthy(parts, teller)
            for fault in faults:
                outcomes.append(perform(fault, parts, teller))
            _summary(outcomes, teller)
            if not arguments.once:
                _stay(parts, teller)
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # one Ctrl-C is enough; cleaning up is not to be cut short
    ok = well and bool(outcomes) and all(outcome.ok for outcome in outcomes)
    if arguments.json:
        print(json.dumps({"ok": ok, "faults": [outcome.as_json() for outcome in outcomes]}))
    return 0 if ok else 1


def _stay(parts: Running, teller: Teller) -> None:
    """Everything stays up; what somebody breaks by hand now is found too."""
    teller.title("yours now")
    teller.say("  Break it yourself: wp-admin → Settings → Mail relay, then write with the contact form.")
    _log_ins(parts, teller)
    teller.say("  Ctrl-C ends it and cleans up.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        return


def _log_ins(parts: Running, teller: Teller) -> None:
    site, sidecar = parts.site, parts.sidecar
    teller.facts(
        "addresses",
        [
            ("The site", f"{site.url}/   contact form: {site.url}/contact/"),
            ("wp-admin", f"{site.url}/wp-admin/   user {ADMIN}   password {site.admin_password}"),
            ("Aftercare in wp-admin", f"{site.url}/wp-admin/admin.php?page=aftercare"),
            ("The console", f"{sidecar.url}/   {STAFF}   password {sidecar.password}"),
            ("The relay", f"{parts.world.relay.hostname} at {parts.world.relay.address}, ports 587 and 465"),
            ("Logs", f"{sidecar.log}   {site.directory}/run/debug.log   {parts.world.relay.log}"),
        ],
    )


def _summary(outcomes: list[Outcome], teller: Teller) -> None:
    right = sum(outcome.ok for outcome in outcomes)
    seconds = sorted(o.seconds_to_ticket for o in outcomes if o.seconds_to_ticket is not None)
    median = f", median {seconds[len(seconds) // 2]} s to the ticket" if seconds else ""
    teller.title("result")
    teller.say(f"  {right} of {len(outcomes)} faults named right and closed by proof{median}.")


def _as_root(version: str, teller: Teller) -> int:
    """Fetch as who we are, then become root by sudo. Raises CannotStart where that is not to be had."""
    sudo = shutil.which("sudo")
    if not sudo:
        raise CannotStart(
            "The demo needs root (a relay on port 587, users www-data and mysql, a resolver of the site's own), "
            "and there is no sudo: run it as root."
        )
    fetch_parts(version, teller)
    teller.say(
        "The rest needs root (a relay on port 587, a resolver of the site's own); sudo may ask for your password."
    )
    sys.stdout.flush()
    command = [sudo, "env", f"AFTERCARE_CACHE={cache()}", sys.executable, "-B", "-m", "demo", *sys.argv[1:]]
    os.execv(sudo, command)


def _chosen(arguments: argparse.Namespace) -> list[Fault]:
    if arguments.all:
        return FAULTS
    return named(arguments.fault or SHOWN)


def _as_interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__.partition("\n")[0])
    parser.add_argument("--once", action="store_true", help="end after the last fault instead of staying up")
    parser.add_argument(
        "--json", action="store_true", help="print one JSON line at the end; progress on standard error"
    )
    parser.add_argument("--all", action="store_true", help="every fault, the one that takes 150 s too")
    parser.add_argument("--fault", action="append", metavar="NAME", help="only this one (may be repeated)")
    parser.add_argument("--wordpress", choices=VERSIONS, default=VERSIONS[0], help="which WordPress")
    parser.add_argument("--port", type=int, help=f"the sidecar's port ({PORT}; with --once any that is free)")
    parser.add_argument("--list", action="store_true", help="name all faults and end")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
