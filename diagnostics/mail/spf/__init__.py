"""SPF after RFC 7208: `check_host` says whether a client may send for a domain, and what it cost to find out."""

from diagnostics.mail.spf import codes, record_codes
from diagnostics.mail.spf.evaluate import check_host
from diagnostics.mail.spf.evaluation import Evaluation, Lookup, Problem, ProblemKind, Result, Step, Visit, VoidLookup
from diagnostics.mail.spf.record import Directive, Malformed, Record, parse

CODES = (*codes.CODES, *record_codes.CODES)

__all__ = [
    "CODES",
    "Directive",
    "Evaluation",
    "Lookup",
    "Malformed",
    "Problem",
    "ProblemKind",
    "Record",
    "Result",
    "Step",
    "Visit",
    "VoidLookup",
    "check_host",
    "parse",
]
