"""What somebody typed as a domain, as DNS has it and as people read it (RFC 5890, IDNA 2008 by UTS #46)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import idna

from diagnostics.network import is_name
from diagnostics.printable import printable

_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?", re.ASCII)


class NotADomain(ValueError):
    """No domain can be read from the text; the words say why."""


@dataclass(frozen=True)
class DomainName:
    """One domain in both its forms."""

    ascii: str  # lower case, A-labels, no final dot
    unicode: str

    @property
    def shown(self) -> str:
        """Both forms where they differ: a name may be made to look like another."""
        return self.ascii if self.ascii == self.unicode else f"{self.unicode} ({self.ascii})"


def read_domain(text: str) -> DomainName:
    """The domain of *text*: a bare name, an address or a URL that has one. Raises NotADomain."""
    told = printable(text.strip(), 100)
    name = _bare(text.strip())
    if not name:
        raise NotADomain(f"{told or 'an empty text'} is no domain.")
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        pass  # a name, as it should be
    else:
        raise NotADomain(f"{told} is an address, no domain. `diagnose domain` takes it with --sends-from.")
    try:
        plain = name.lower() if name.isascii() else idna.encode(name, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise NotADomain(f"{told} is no internationalised domain name: {printable(str(error), 200)}") from error
    if not is_name(plain) or not all(_LABEL.fullmatch(label) for label in plain.split(".")):
        raise NotADomain(f"{told} is no domain: that is labels of letters, digits and hyphens with dots between.")
    if "." not in plain:
        raise NotADomain(f"{told} is no full domain name: it has no dot.")
    if plain.rpartition(".")[2].isdecimal():
        raise NotADomain(f"{told} is no domain: no top-level domain is a number.")
    return DomainName(plain, _unicode(plain))


def _bare(text: str) -> str:
    if "://" in text:
        try:
            text = urlsplit(text).hostname or ""
        except ValueError:
            return ""
    return text.rpartition("@")[2].strip("<>").removesuffix(".")


def _unicode(plain: str) -> str:
    try:
        return idna.decode(plain) if "xn--" in plain else plain
    except (idna.IDNAError, UnicodeError):
        return plain  # an A-label that stands for nothing: DNS may have it all the same
