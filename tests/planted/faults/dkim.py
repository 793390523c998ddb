"""Planted faults of DKIM keys. The code is that which must be named as the cause."""

from __future__ import annotations

from tests.planted.keys import rsa_key, short_rsa_key
from tests.planted.planted import Planted, fault

_KEY = rsa_key()
DKIM: tuple[Planted, ...] = (
    fault("dkim key missing", "dkim.key_missing", dkim=None, remedy="letter"),
    fault("dkim key truncated", "dkim.key_malformed", dkim=_KEY[:255], remedy="letter"),
    fault(
        "dkim key in two records",
        "dkim.key_malformed",
        dkim=_KEY[:200],
        more=[("site._domainkey.{domain}", "TXT", _KEY[200:])],
    ),
    fault("dkim key in quotes", "dkim.key_malformed", dkim=f'"{_KEY}"'),
    fault("dkim key revoked", "dkim.key_revoked", dkim="v=DKIM1; k=rsa; p=", remedy="letter"),
    fault("dkim key of 768 bits", "dkim.key_too_short", dkim=short_rsa_key(768), remedy="letter"),
    fault("dkim key of 1024 bits", "dkim.key_weak", dkim=rsa_key(1024), remedy="letter"),
    fault("dkim wildcard", "dkim.wildcard", more=[("*._domainkey.{domain}", "TXT", "v=spf1 -all")], remedy="words"),
    fault("dkim in testing", "dkim.testing", dkim=_KEY.replace("k=rsa;", "k=rsa; t=y;")),
    fault("dkim for sha1 alone", "dkim.key_unusable", dkim=_KEY.replace("k=rsa;", "k=rsa; h=sha1;")),
    fault(
        "dkim alias to nowhere",
        "dkim.key_missing",
        dkim=None,
        more=[("site._domainkey.{domain}", "CNAME", "site.key.hoster.test")],
        remedy="letter",
    ),
    fault(
        "two keys at one name",
        "dkim.multiple",
        more=[("site._domainkey.{domain}", "TXT", rsa_key(1024))],
        remedy="words",
    ),
)
