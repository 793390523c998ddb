"""Every code of the SMTP failure taxonomy, one file a subject; `CODES` lists them all."""

from __future__ import annotations

from diagnostics.mail.codes import account, auth, connect, content, rate, recipient, reputation, site, tls
from diagnostics.mail.codes.declare import ReplyCode

_SUBJECTS = (connect, tls, auth, account, rate, reputation, content, recipient, site)

CODES: tuple[ReplyCode, ...] = tuple(
    each for subject in _SUBJECTS for each in vars(subject).values() if isinstance(each, ReplyCode)
)
