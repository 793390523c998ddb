"""From a name and its TXT records to the one SPF record, or why there is none (RFC 7208 §4.3 to §4.6)."""

from __future__ import annotations

from diagnostics.mail.spf.evaluation import ProblemKind, Result
from diagnostics.mail.spf.lookups import Place, Stop
from diagnostics.mail.spf.record import Malformed, Record, near_misses, parse, spf_records
from diagnostics.network import DNSAnswer, End, is_name
from diagnostics.printable import printable


def check_domain(place: Place) -> None:
    """§4.3: no name, or of one label only, is `none` without a question. Raises Stop."""
    domain = place.domain
    if not is_name(domain) or "." not in domain.removesuffix(".") or domain.startswith("["):
        detail = f"{domain or 'nothing'} is no full domain name"
        raise place.stop(Result.NONE, ProblemKind.NOT_A_DOMAIN, detail)
    if not domain.isascii():
        detail = f"{domain} is not in the form that DNS has it: write its xn-- form"
        raise place.stop(Result.NONE, ProblemKind.NOT_A_DOMAIN, detail)


def the_record(answer: DNSAnswer, place: Place) -> bytes:
    """§4.5: the one SPF record among the TXT records. Raises Stop."""
    records = spf_records(answer.texts)
    if not records:
        raise _no_record(answer, place)
    if len(records) > 1:
        detail = f"{place.domain} has {len(records)} SPF records; receivers use none of them"
        raise place.stop(Result.PERMERROR, ProblemKind.MULTIPLE, detail, tuple(records))
    return records[0]


def parsed(text: bytes, place: Place) -> Record:
    """§4.6: its terms. Raises Stop."""
    try:
        return parse(text)
    except Malformed as error:
        detail = f"{error.term}: {error.why}"
        at_term = Place(place.path, error.term)
        raise at_term.stop(Result.PERMERROR, ProblemKind.MALFORMED, detail, (text,)) from error


def _no_record(answer: DNSAnswer, place: Place) -> Stop:
    if answer.end is End.NXDOMAIN:
        return place.stop(Result.NONE, ProblemKind.NO_SUCH_NAME, f"{place.domain} does not exist in DNS")
    if near := tuple(near_misses(answer.texts)):
        detail = f"{printable(near[0])} does not begin with v=spf1 and a space, so it is no SPF record"
        return place.stop(Result.NONE, ProblemKind.NO_RECORD, detail, near)
    return place.stop(Result.NONE, ProblemKind.NO_RECORD, f"{place.domain} has no SPF record")
