"""Who gave the page from a cache, how old it is, and for how long it may be kept (RFC 9111)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from diagnostics.forms.page.fetch import Answer

# A plugin's comment gives the site's local time without its zone: so much it may be off.
ZONE_DOUBT_S = 14 * 3600

_GENERAL = "At the host or in the cache plugin"
# Who caches: a header with a word in it -> name, and where the life of a page is set.
_HEADERS: tuple[tuple[str, str, str, str], ...] = (
    ("cf-cache-status", r"HIT|STALE|REVALIDATED|UPDATING", "Cloudflare", "In Cloudflare, Caching → Cache Rules,"),
    ("x-litespeed-cache", r"hit", "LiteSpeed Cache", "In wp-admin, LiteSpeed Cache → Cache → TTL,"),
    ("x-lsadc-cache", r"hit", "LiteSpeed Cache", "In wp-admin, LiteSpeed Cache → Cache → TTL,"),
    ("x-kinsta-cache", r"HIT", "Kinsta", "In MyKinsta, Sites → Tools → Site cache,"),
    ("x-sg-cache", r"HIT", "SiteGround", "In wp-admin, SG Optimizer → Caching,"),
    ("x-proxy-cache", r"HIT", "the host's nginx", "At the host, in the settings of its page cache,"),
    ("x-fastcgi-cache", r"HIT", "the host's nginx", "At the host, in the settings of its page cache,"),
    ("x-nginx-cache", r"HIT", "the host's nginx", "At the host, in the settings of its page cache,"),
    ("x-varnish", r"\d+ \d+", "Varnish", "At the host, in Varnish's settings,"),
    ("x-cache", r"HIT", "a cache before the site", "At the host or the CDN, in the settings of its page cache,"),
    ("x-wp-cf-super-cache", r"cache", "Super Page Cache", "In wp-admin, Super Page Cache → Cache,"),
    ("x-cache-handler", r"cache", "the cache plugin", "In the cache plugin's settings,"),
)
# What cache plugins write below a page, and how its time is read: "epoch", or a strptime format without a zone.
_COMMENTS: tuple[tuple[str, str, str, str], ...] = (
    (r"wp-super-cache on (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", "%Y-%m-%d %H:%M:%S", "WP Super Cache",
     "In wp-admin, Settings → WP Super Cache → Advanced → Expiry Time,"),
    (r"cached@(\d{10})", "epoch", "WP Rocket", "In wp-admin, Settings → WP Rocket → Cache → Cache Lifespan,"),
    (r"litespeed cache [\d.]* ?on (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)", "%Y-%m-%d %H:%M:%S", "LiteSpeed Cache",
     "In wp-admin, LiteSpeed Cache → Cache → TTL,"),
    (r"@ (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) by w3 total cache", "%Y-%m-%d %H:%M:%S", "W3 Total Cache",
     "In wp-admin, Performance → Page Cache,"),
    (r"cache enabler by keycdn @ \w{3}, (\d\d \w{3} \d{4} \d\d:\d\d:\d\d) gmt", "gmt", "Cache Enabler",
     "In wp-admin, Settings → Cache Enabler → Cache Expiry,"),
    (r"wp fastest cache file was created in [\d.]+ seconds?, on (?:\w+, )?(\d\d[-/]\d\d[-/]\d\d \d\d?:\d\d:\d\d)",
     "short", "WP Fastest Cache", "In wp-admin, WP Fastest Cache → Delete Cache → Cache Timeout,"),
    (r"hummingbird cache file was created in [\d.]+ seconds?, on (\d\d-\d\d-\d\d \d\d?:\d\d:\d\d)", "short",
     "Hummingbird", "In wp-admin, Hummingbird → Caching → Page Caching,"),
    (r"breeze cache .{0,60}last modified: \w{3}, (\d\d \w{3} \d{4} \d\d:\d\d:\d\d) gmt", "gmt", "Breeze",
     "In wp-admin, Settings → Breeze → Basic Options → Purge Cache After,"),
)  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """What is known of the cache that a page came from."""

    who: str  # "" where nothing says that it came from one
    where: str  # where its life is set, as the beginning of a sentence
    age_s: int | None  # at least so old; None where nothing says it
    by: str  # what says its age
    life_s: int | None  # for how long shared caches may keep it
    life_by: str = ""


def kept(answer: Answer, comments: list[str], now: datetime) -> Kept:
    """What *answer* and its page's comments say of a cache."""
    who, where = _who(answer)
    life, life_by = _life(answer)
    if (age := answer.header("age")).isdigit() and len(age) < 10 and int(age) > 0:
        return Kept(
            who or "a cache before the site", where or _GENERAL, int(age), f"the header Age: {age}", life, life_by
        )
    for comment in comments[-40:]:
        for pattern, form, name, place in _COMMENTS:
            if found := re.search(pattern, comment.lower()):
                made = _made(found[1], form)
                if made is None or not now - timedelta(days=3650) < made < now + timedelta(seconds=ZONE_DOUBT_S):
                    continue
                doubt = 0 if form in ("epoch", "gmt") else ZONE_DOUBT_S
                age_s = max(0, int((now - made).total_seconds()) - doubt)
                return Kept(name, place, age_s, f"{name}'s note below the page ({found[1]})", life, life_by)
    return Kept(who, where or _GENERAL, None, "", life, life_by)


def last_modified(answer: Answer, now: datetime) -> int | None:
    """How long ago the file was written that the page came from; only for a page that is known to be a cached one."""
    made = http_date(answer.header("last-modified"))
    return None if made is None or made > now else int((now - made).total_seconds())


def http_date(said: str) -> datetime | None:
    """The time of a header; None where it is none."""
    try:
        made = parsedate_to_datetime(said)
        return (made if made.tzinfo else made.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _who(answer: Answer) -> tuple[str, str]:
    for name, says, who, where in _HEADERS:
        if re.search(says, answer.header(name), re.IGNORECASE):
            return who, where
    return "", ""


def _life(answer: Answer) -> tuple[int | None, str]:
    said = answer.header("cache-control").lower()
    if re.search(r"no-store|private|no-cache", said):
        return None, ""
    for name in ("s-maxage", "max-age"):
        if found := re.search(rf"(?<![\w-]){name}\s*=\s*\"?(\d{{1,9}})", said):
            return int(found[1]), f"Cache-Control: {name}={found[1]}"
    return None, ""


def _made(said: str, form: str) -> datetime | None:
    try:
        if form == "epoch":
            return datetime.fromtimestamp(int(said), UTC)
        if form == "gmt":
            return datetime.strptime(said.title(), "%d %b %Y %H:%M:%S").replace(tzinfo=UTC)
        if form == "short":
            return datetime.strptime(said.replace("/", "-"), "%d-%m-%y %H:%M:%S").replace(tzinfo=UTC)
        return datetime.strptime(said, form).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def hours(seconds: float) -> str:
    """Seconds as hours for people: 12, 36, 0.5."""
    return f"{timedelta(seconds=seconds) / timedelta(hours=1):.1f}".removesuffix(".0")
