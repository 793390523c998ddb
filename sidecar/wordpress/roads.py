"""The roads to a site: REST, `?rest_route=`, XML-RPC; and where all are blocked, the plugin's own fetch.

A command has one id, derived from its run, name and arguments, and the site keeps its result:
whichever road it takes, and however often it is asked, it is done at most once. Which roads
worked is kept with the site.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from diagnostics.check import SiteUnavailable
from diagnostics.network import EgressPolicy
from sidecar.config import Settings
from sidecar.keys import BadSeal, SealingKey
from sidecar.store import Database, NotFound, commands, sites
from sidecar.store.commands import Command
from sidecar.store.database import instant
from sidecar.store.sites import Site
from sidecar.wordpress import xmlrpc
from sidecar.wordpress.http import NoReply, Reply, post
from sidecar.wordpress.signed import REFUSALS, Carry, Message, Outcome, Response, SiteRefuses, exchange

ROUTE = "aftercare/v1/command"
REPLY_S = {"mail.test": 60.0, "mail.probe": 60.0, "rotate": 45.0}
OTHER_REPLY_S = 20.0
SITE_WORKS = timedelta(
    seconds=95
)  # the plugin gives itself 90 s for a command: so long may "started" still become "done"
BLOCKED_FOR = timedelta(seconds=120)  # a road that failed is left alone for so long
POLL_S, ASK_AGAIN_S = 0.2, 2.0
SLOW = "no answer within the time"


class SiteRoads:
    """One site, as one run asks it (diagnostics.check.Site)."""

    def __init__(self, db: Database, settings: Settings, sealing: SealingKey, site: Site, run_id: str) -> None:
        self.url = site.url
        self._db = db
        self._settings = settings
        self._sealing = sealing
        self._site_id = site.id
        self._run_id = run_id
        self._policy = EgressPolicy(settings.allow_private)

    async def command(self, name: str, args: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The result of *name*, done at most once in this run. Raises SiteUnavailable."""
        asked = self._asked(name, dict(args or {}))
        tried: dict[str, str] = {}  # road -> why it did not lead there
        while not asked.ended:
            if _now() >= asked.expires_at:
                commands.expire(self._db, _now())
            elif not await self._by_road(asked, tried):
                if commands.one_expired(self._db, self._run_id):
                    raise SiteUnavailable(self._words(tried), tried=sorted(tried))  # it does not fetch: waited once
                commands.leave_waiting(self._db, asked.id)
                await asyncio.sleep(POLL_S)
            asked = self._kept(asked.id)
        if asked.state == "done":
            return asked.result or {}
        if asked.state == "failed":
            raise SiteUnavailable(f"the site could not carry out {name}: {asked.error}", tried=[asked.road])
        if asked.state == "unknown":
            raise SiteUnavailable(f"the site began {name}, and its outcome is unknown", tried=[asked.road])
        raise SiteUnavailable(self._words(tried), tried=sorted(tried))

    @property
    def roads(self) -> dict[str, Any]:
        """Which roads worked when they were last tried, as sites.roads keeps them."""
        return self._site().roads

    def _asked(self, name: str, args: dict[str, Any]) -> Command:
        now = _now()
        return commands.add_command(
            self._db,
            command_id=command_id(self._site_id, self._run_id, name, args),
            site_id=self._site_id,
            run_id=self._run_id,
            name=name,
            args=args,
            now=now,
            expires_at=now + timedelta(seconds=self._settings.command_wait_s),
        )

    def _kept(self, asked_id: str) -> Command:
        kept = commands.command(self._db, asked_id)
        if kept is None:
            raise SiteUnavailable("the site was removed while it was asked")
        return kept

    async def _by_road(self, asked: Command, tried: dict[str, str]) -> bool:
        """Try each road that is not known to be blocked; whether one led to the plugin."""
        site = self._site()
        for road, carry in self._roads(site, asked.name).items():
            if why := _blocked(site, road):
                tried.setdefault(road, why)
                continue
            slow_before = tried.get(road) == SLOW
            try:
                outcome = await asyncio.to_thread(exchange, site, self._sealing, envelope(asked), carry)
            except NoReply as error:
                if error.slow and not slow_before:
                    tried[road] = SLOW
                    return True  # it may be at work on it: ask here again rather than by another road
                tried[road] = str(error)
                self._remember(road, works=False, why=str(error))
                continue
            except SiteRefuses as error:
                raise SiteUnavailable(str(error), tried=[road]) from error
            except BadSeal as error:
                raise SiteUnavailable("this site's secret was sealed by another sealing key") from error
            self._remember(road, works=True)
            await self._take(asked, outcome, road)
            return True
        return False

    async def _take(self, asked: Command, outcome: Outcome, road: str) -> None:
        sites.rotation_ended(self._db, self._site_id, outcome.sealed)
        patience = min(SITE_WORKS, (asked.expires_at - asked.created_at) / 2)
        if outcome.state == "unknown" and _now() < asked.created_at + patience:
            await asyncio.sleep(ASK_AGAIN_S)  # the site is still at it, or died at it: time tells
            return
        commands.finish(
            self._db,
            asked.id,
            site_id=self._site_id,
            state=outcome.state,
            result=outcome.result,
            error=outcome.error,
            road=road,
            now=_now(),
        )

    def _site(self) -> Site:
        """The site as it is now: it may have moved, or been unpaired, since the run began."""
        try:
            site = sites.site(self._db, self._site_id)
        except NotFound as error:
            raise SiteUnavailable("the site was removed") from error
        if site.state != "paired":
            raise SiteUnavailable("the site is not paired", reason="not configured")
        return site

    def _remember(self, road: str, *, works: bool, why: str = "") -> None:
        sites.road_tried(self._db, self._site_id, road, {"works": works, "at": instant(_now()), "why": why})

    def _words(self, tried: Mapping[str, str]) -> str:
        roads = "; ".join(f"{road}: {why}" for road, why in tried.items())
        wait_s = self._settings.command_wait_s
        return f"no road leads to the site ({roads}), and its plugin did not fetch the command within {wait_s} s"

    def _roads(self, site: Site, name: str) -> dict[str, Carry]:
        """Each road's way of carrying a message, the best one first."""
        timeout_s = REPLY_S.get(name, OTHER_REPLY_S)

        def send(url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
            nameservers = self._settings.nameservers
            return post(url, body, headers, policy=self._policy, nameservers=nameservers, timeout_s=timeout_s)

        def rest(url: str) -> Carry:
            return lambda message: _over_rest(send, url, message)

        def xml(message: Message) -> Response:
            return _over_xmlrpc(send, site.xmlrpc_url, message)

        roads: dict[str, Carry] = {}
        if site.rest_url:
            roads["rest"] = rest(rest_route(site.rest_url))
        plain = _plain_route(site.url)
        if plain not in (rest_route(site.rest_url) if site.rest_url else "", ""):
            roads["rest_route"] = rest(plain)
        if site.xmlrpc_url:
            roads["xmlrpc"] = xml
        return roads


Send = Callable[[str, bytes, Mapping[str, str]], Reply]


def command_id(site_id: str, run_id: str, name: str, args: Mapping[str, Any]) -> str:
    """The same for the same command of the same run, whenever it is asked."""
    plain = json.dumps([site_id, run_id, name, args], sort_keys=True, separators=(",", ":"))
    return f"cmd_{hashlib.sha256(plain.encode()).hexdigest()[:40]}"


def envelope(command: Command) -> dict[str, Any]:
    """The one envelope that all roads carry; the instant without fractions, as PHP reads it everywhere."""
    return {
        "id": command.id,
        "site": command.site_id,
        "name": command.name,
        "args": command.args,
        "expires_at": command.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def rest_route(rest_url: str) -> str:
    """The command's address below what the site calls its REST root, pretty or plain."""
    parts = urlsplit(rest_url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if "rest_route" not in query:
        return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{ROUTE}"))
    query["rest_route"] = f"{query['rest_route'].rstrip('/')}/{ROUTE}"
    return urlunsplit(parts._replace(query=urlencode(query)))


def _plain_route(home_url: str) -> str:
    """The same by `?rest_route=`: some block /wp-json/ by its path, and some have no permalinks."""
    parts = urlsplit(home_url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/", query=urlencode({"rest_route": f"/{ROUTE}"})))


def _blocked(site: Site, road: str) -> str:
    """Why *road* failed a short while ago, or nothing: it is left alone for a while, then tried again."""
    known = site.roads.get(road)
    if known is None or known["works"] or _now() - datetime.fromisoformat(known["at"]) > BLOCKED_FOR:
        return ""
    return str(known["why"])


def _over_rest(send: Send, url: str, message: Message) -> Response:
    reply = send(
        url,
        message.body,
        {
            "Content-Type": "application/json",
            "aftercare-site": message.site,
            "webhook-id": message.id,
            "webhook-timestamp": message.timestamp,
            "webhook-signature": message.signature,
        },
    )
    message_id, timestamp, signature = (
        reply.headers.get(f"webhook-{part}", "") for part in ("id", "timestamp", "signature")
    )
    return Response(message_id, timestamp, signature, reply.content, refusal=_refusal(reply), why=_seen(reply))


def _over_xmlrpc(send: Send, url: str, message: Message) -> Response:
    def send_xml(body: bytes) -> Reply:
        return send(url, body, {"Content-Type": "text/xml"})

    strings = (message.site, message.id, message.timestamp, message.signature, message.body.decode())
    try:
        answer = xmlrpc.call(send_xml, url, *strings)
    except xmlrpc.SiteFault as fault:
        if fault.code in (401, 413) and fault.text in REFUSALS:
            return Response("", "", "", b"", refusal=fault.text)
        raise
    return Response(answer["id"], answer["timestamp"], answer["signature"], answer["body"].encode())


def _refusal(reply: Reply) -> str:
    """The plugin's own unsigned no; what a firewall or another plugin says is none."""
    if reply.status not in (401, 413) or "webhook-signature" in reply.headers:
        return ""
    try:
        said = json.loads(reply.content)
    except (ValueError, RecursionError):
        return ""
    error = said.get("error") if isinstance(said, dict) else None
    return error if isinstance(error, str) and error in REFUSALS else ""


def _seen(reply: Reply) -> str:
    """What came instead of the plugin's answer, in a few words."""
    try:
        said = json.loads(reply.content)
    except (ValueError, RecursionError):
        said = None
    code = said.get("code") if isinstance(said, dict) else None
    named = f" ({code})" if isinstance(code, str) and code.replace("_", "").isalnum() and len(code) <= 60 else ""
    return f"answered with status {reply.status}{named}, not by the plugin"


def _now() -> datetime:
    return datetime.now(UTC)
