"""DKIM after RFC 6376, 8301 and 8463: the keys that a domain publishes, whose they are, and what is wrong with them."""

from diagnostics.mail.dkim.key import Flaw, Found, Key
from diagnostics.mail.dkim.record import read_key

__all__ = ["Flaw", "Found", "Key", "read_key"]
