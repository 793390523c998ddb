"""The codes of how a domain receives mail, one file a subject; `CODES` lists them all."""

from __future__ import annotations

from diagnostics.finding import Code
from diagnostics.mail.transport.codes import bimi, dane, dnssec, hosts, mta_sts, mx, tls_rpt

CODES: tuple[Code, ...] = tuple(
    each
    for subject in (mx, hosts, mta_sts, tls_rpt, dnssec, dane, bimi)
    for each in vars(subject).values()
    if isinstance(each, Code)
)
