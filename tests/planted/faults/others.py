"""Planted faults of what receives, of the sending address, and of the domain itself."""

from __future__ import annotations

from tests.planted.planted import HOST_IP, Planted, fault, sender

OTHERS: tuple[Planted, ...] = (
    fault(
        "mx is an alias",
        "mx.target_invalid",
        without=["MX"],
        more=[("{domain}", "MX", (10, "alias.{domain}")), ("alias.{domain}", "CNAME", "mx.{domain}")],
    ),
    fault(
        "mx does not exist",
        "mx.target_invalid",
        without=["MX"],
        more=[("{domain}", "MX", (10, "gone.{domain}"))],
        remedy="words",
    ),
    fault(
        "mx is private",
        "mx.target_invalid",
        without=["MX"],
        more=[("{domain}", "MX", (10, "lan.{domain}")), ("lan.{domain}", "A", "192.168.1.5")],
        remedy="words",
    ),
    fault(
        "null mx on a sending domain",
        "mx.null_at_sender",
        without=["MX"],
        spf=f"v=spf1 ip4:{HOST_IP} ~all",
        more=[("{domain}", "MX", (0, "."))],
        remedy="words",
    ),
    fault(
        "no ptr",
        "reputation.ptr_missing",
        spf="v=spf1 ip4:45.10.22.9 ~all",
        senders=lambda d: (sender(d, ip="45.10.22.9", helo="out9.hoster.test"),),
        more=[("out9.hoster.test", "A", "45.10.22.9")],
        remedy="letter",
    ),
    fault(
        "ptr without forward",
        "reputation.ptr_mismatch",
        spf="v=spf1 ip4:45.10.22.10 ~all",
        senders=lambda d: (sender(d, ip="45.10.22.10", helo="out10.hoster.test"),),
        more=[("10.22.10.45.in-addr.arpa", "PTR", "out10.hoster.test"), ("out10.hoster.test", "A", "45.10.22.77")],
        remedy="letter",
    ),
    Planted(
        "domain does not exist",
        "never-registered.test",
        (),
        (sender("never-registered.test"),),
        "domain.unknown",
        remedy="words",
    ),
    fault(
        "greets as localhost",
        "reputation.helo_invalid",
        senders=lambda d: (sender(d, helo="localhost.localdomain"),),
        remedy="letter",
    ),
    fault(
        "on a blocklist",
        "reputation.listed",
        spf="v=spf1 ip4:45.10.22.66 ~all",
        senders=lambda d: (sender(d, ip="45.10.22.66", helo="out66.hoster.test"),),
        more=[
            ("66.22.10.45.in-addr.arpa", "PTR", "out66.hoster.test"),
            ("out66.hoster.test", "A", "45.10.22.66"),
            ("2.0.0.127.zen.spamhaus.org", "A", "127.0.0.2"),
            ("66.22.10.45.zen.spamhaus.org", "A", "127.0.0.2"),
        ],
        blocklists=("spamhaus-zen",),
        remedy="letter",
    ),
    fault("exchanger named twice", "mx.duplicate", more=[("{domain}", "MX", (20, "mx.{domain}"))], remedy="words"),
    fault("no exchanger", "mx.implicit", without=["MX"], spf=f"v=spf1 ip4:{HOST_IP} ~all", remedy="words"),
)
