"""DKIM after RFC 6376, 8301 and 8463: the keys that a domain publishes, whose they are, and what is wrong with them."""

from diagnostics.mail.dkim.codes import CODES
from diagnostics.mail.dkim.facts import Facts, Looked, Why
from diagnostics.mail.dkim.key import Flaw, Found, Key
from diagnostics.mail.dkim.record import read_key
from diagnostics.mail.dkim.view import DKIMView, Signing, look_at_dkim

__all__ = ["CODES", "DKIMView", "Facts", "Flaw", "Found", "Key", "Looked", "Signing", "Why", "look_at_dkim", "read_key"]
