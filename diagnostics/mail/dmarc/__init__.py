"""DMARC after RFC 9989, beside it RFC 7489: the record in force, whose mail passes, what a stricter policy would do."""

from diagnostics.mail.dmarc.alignment import Alignment, DKIMLook, Identifier, SPFLook, stated_identifiers
from diagnostics.mail.dmarc.discovery import Discovery, Organization, discover, organizational_domain
from diagnostics.mail.dmarc.look import DMARCView, look_at_dmarc
from diagnostics.mail.dmarc.policy import Effective
from diagnostics.mail.dmarc.record import Record, is_policy_record, parse
from diagnostics.mail.dmarc.steps import PolicyStep, StreamFate
from diagnostics.mail.dmarc.suffixes import is_public_suffix, list_date, registered_domain
from diagnostics.mail.dmarc.walk import Found, Walk, names_of_walk, walk

__all__ = [
    "Alignment",
    "DKIMLook",
    "DMARCView",
    "Discovery",
    "Effective",
    "Found",
    "Identifier",
    "Organization",
    "PolicyStep",
    "Record",
    "SPFLook",
    "StreamFate",
    "Walk",
    "discover",
    "is_policy_record",
    "is_public_suffix",
    "list_date",
    "look_at_dmarc",
    "names_of_walk",
    "organizational_domain",
    "parse",
    "registered_domain",
    "stated_identifiers",
    "walk",
]
