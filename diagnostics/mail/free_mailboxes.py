"""The domains of mailboxes for everybody: nobody but the provider signs for them, or can change their records.

(k) where the provider has many domains.
"""

from __future__ import annotations

_FREE = {
    "Gmail": ("gmail.com", "googlemail.com"),
    "Yahoo": ("yahoo.com", "yahoo.co.uk", "yahoo.fr", "yahoo.de", "yahoo.it", "yahoo.es", "yahoo.co.jp", "ymail.com"),
    "AOL": ("aol.com",),
    "Outlook.com": ("outlook.com", "hotmail.com", "live.com", "msn.com", "hotmail.co.uk", "hotmail.fr", "outlook.de"),
    "iCloud": ("icloud.com", "me.com", "mac.com"),
    "GMX": ("gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.com"),
    "WEB.DE": ("web.de",),
    "T-Online": ("t-online.de",),
    "Proton": ("proton.me", "protonmail.com", "pm.me"),
    "Mail.ru": ("mail.ru", "bk.ru", "list.ru", "inbox.ru"),
    "Yandex": ("yandex.ru", "yandex.com", "ya.ru"),
    "Orange": ("orange.fr", "wanadoo.fr"),
    "Comcast": ("comcast.net",),
}
_PROVIDER = {domain: provider for provider, domains in _FREE.items() for domain in domains}


def free_mailbox(domain: str) -> str:
    """Whose free mailboxes are at *domain*; "" where it is none of these."""
    return _PROVIDER.get(domain.lower().removesuffix("."), "")
