"""What Aftercare costs a visitor's page: the plugin on against off, in turn, on php-fpm with opcache.

One site serves both: a must-use plugin leaves Aftercare out of the active plugins when the request says so, and
tells queries and memory in headers. Three comparisons for each page: off against off (the noise), on against off,
and on against off while the sidecar hangs (stopped by SIGSTOP: it takes connections and never answers).

Once a minute one visitor's request starts WordPress's own cron (2 queries of core's): those are counted apart.

`ratio` is 1 plus the upper end of on against off less the noise floor; the bar is 1.02. More pairs are taken until
the noise floor is narrow enough to tell, or the limit is reached.
"""

from __future__ import annotations

import http.client
import random
import sys
import time
from dataclasses import asdict, dataclass
from statistics import median

from tests.bench.paired import Difference, difference, take_turns
from tests.bench.report import report
from tests.servers.lab import LabSite, MailWorld
from tests.servers.sidecar import Sidecar

BAR = 1.02
MEMORY_BAR_KIB = 150
ROUND = 200  # pairs measured before each look at the interval
MOST_PAIRS = 2_000
NARROW = 0.01  # half of the interval, as a part of the page's time: half of what the bar allows
PAGES = {"front": "/", "form": "/contact/"}

SWITCH = """<?php
add_filter( 'option_active_plugins', static function ( $active ) {
	$ours = isset( $_SERVER['HTTP_X_BENCH_OFF'] ) ? array( 'aftercare/aftercare.php' ) : array();
	return array_values( array_diff( (array) $active, $ours ) );
} );
add_action( 'template_redirect', static function () { ob_start(); }, 0 );
add_action( 'shutdown', static function () {
	global $wpdb;
	header( 'X-Bench-Queries: ' . $wpdb->num_queries );
	header( 'X-Bench-Memory: ' . memory_get_peak_usage() );
	header( 'X-Bench-Aftercare: ' . ( defined( 'AFTERCARE_VERSION' ) ? 'on' : 'off' ) );
}, -100 );
"""


@dataclass
class Page:
    """One page of one site over one connection that is kept open."""

    site: LabSite
    path: str
    memory: dict[bool, list[int]]
    queries: dict[bool, list[int]]

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=60)

    def seconds(self, on: bool) -> float:
        """How long the whole answer took."""
        began = time.perf_counter()
        self.connection.request("GET", self.path, headers={} if on else {"X-Bench-Off": "1"})
        answer = self.connection.getresponse()
        answer.read()
        took = time.perf_counter() - began
        assert answer.status == 200, f"{self.path} answered {answer.status}"
        assert answer.headers["X-Bench-Aftercare"] == ("on" if on else "off"), "the switch did not work"
        self.memory[on].append(int(answer.headers["X-Bench-Memory"]))
        self.queries[on].append(int(answer.headers["X-Bench-Queries"]))
        return took


def compared(page: Page, chance: random.Random) -> tuple[Difference, Difference]:
    """On against off, and off against off: as many pairs as a narrow interval needs."""

    def on() -> float:
        return page.seconds(True)

    def off() -> float:
        return page.seconds(False)

    sides: dict[str, tuple[list[float], list[float]]] = {"on": ([], []), "noise": ([], [])}
    while True:
        for name, first in (("on", on), ("noise", off)):
            measured, baseline = take_turns(first, off, ROUND // 2, chance)
            sides[name][0].extend(measured)
            sides[name][1].extend(baseline)
        cost, noise = difference(*sides["on"]), difference(*sides["noise"])
        print(f"  {page.path} {cost.pairs} pairs: on {cost.median:+.2%} noise ±{noise.width:.2%}", file=sys.stderr)
        if (cost.pairs >= ROUND and max(cost.width, noise.width) <= NARROW) or cost.pairs >= MOST_PAIRS:
            return cost, noise


def measured(site: LabSite, chance: random.Random, name: str, when: str) -> bool:
    page = Page(site, PAGES[name], {True: [], False: []}, {True: [], False: []})
    for _ in range(20):
        page.seconds(True)
        page.seconds(False)
    cost, noise = compared(page, chance)
    ratio = 1 + cost.high - max(noise.high, 0.0)
    queries = median(page.queries[True]) - median(page.queries[False])
    memory_kib = (median(page.memory[True]) - median(page.memory[False])) / 1024
    usual = median(page.queries[True])
    return report(
        "page_cost",
        ratio=ratio,
        bar=BAR,
        ok=ratio <= BAR and queries == 0 and memory_kib <= MEMORY_BAR_KIB,
        page=name,
        sidecar=when,
        on_against_off=asdict(cost),
        off_against_off=asdict(noise),
        queries_added=queries,
        requests_that_spawned_cron=sum(count > usual for count in page.queries[True]) / len(page.queries[True]),
        memory_added_kib=memory_kib,
    )


def with_beacon(site: LabSite, chance: random.Random) -> bool:
    """The form's page while visitors' browsers tell of it."""
    site.php_eval("Aftercare\\Form_Wishes::set( array( 'beacon' => true ) );")
    return measured(site, chance, "form", "answers, beacon on")


def main() -> bool:
    chance = random.Random(20261124)
    with MailWorld() as world, Sidecar() as sidecar, LabSite(world, server="fpm") as site:
        site.put_mu_plugin("bench-switch.php", SWITCH)
        sidecar.pair(site)
        fine = [measured(site, chance, name, "answers") for name in PAGES]
        with sidecar.hanging():
            fine += [measured(site, chance, name, "hangs") for name in PAGES]
        fine.append(with_beacon(site, chance))
    return all(fine)
