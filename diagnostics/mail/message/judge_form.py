"""The findings on a message's form: its header's fields, its From, its way to unsubscribe."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from diagnostics.finding import Finding
from diagnostics.mail.dmarc.suffixes import registered_domain
from diagnostics.mail.free_mailboxes import free_mailbox
from diagnostics.mail.message import codes
from diagnostics.mail.message.signatures import OF_THE_COPY, Outcome
from diagnostics.mail.message.view import Seen
from diagnostics.mail.message.way import same_house

_FIELDS = (
    *("From", "Date", "Message-ID", "Message-Id", "Subject", "To", "Cc", "Bcc", "Reply-To", "Sender"),
    *("References", "In-Reply-To"),
)
_ENCODED = "add_action( 'phpmailer_init', function ( $phpmailer ) { $phpmailer->Encoding = 'quoted-printable'; } );"
_PROPOSED = """\
List-Unsubscribe: <https://{domain}/…the link of this recipient…>
List-Unsubscribe-Post: List-Unsubscribe=One-Click"""


def form(seen: Seen) -> Iterator[Finding]:
    """What is wrong with the form, the worst first."""
    facts: dict[str, Any] = {"where": seen.mailer.where, "mailer": seen.mailer.title or "an unknown program"}
    facts["mark"] = seen.mailer.mark
    form, author = seen.form, seen.form.author
    if form.faults:
        more = {"faults": list(form.faults), "fields": _fields(form.faults), "from": author}
        yield codes.MALFORMED.finding(seen.domain, facts | more)
    if provider := _foreign(seen):
        more = {"provider": provider, "relay_words": _relay(seen)}
        yield codes.FREE_MAILBOX.finding(seen.domain, facts | more)
    named = author.named_domain
    if named and author.domain and registered_domain(named) != registered_domain(author.domain_shown):
        yield codes.NAME_MISLEADS.finding(seen.domain, facts | {"named_domain": named, "from_domain": author.domain})
    yield from _one_click(seen, facts)
    if form.long_lines:
        more = {"longest": form.longest_line, "count": form.long_lines, "proposed": _ENCODED}
        yield codes.LINES_TOO_LONG.finding(seen.domain, facts | more)
    if form.eight_bit:
        yield codes.EIGHT_BIT.finding(seen.domain, facts | {"places": list(form.eight_bit)})


def _fields(faults: tuple[str, ...]) -> list[str]:
    """The header fields that the faults are about."""
    words = {word for fault in faults for word in fault.split()}
    return [name for name in _FIELDS if name in words] or ["every field that it writes by hand"]


def _foreign(seen: Seen) -> str:
    """The provider whose mailbox the From claims without its signature; "" for none."""
    provider = free_mailbox(seen.form.author.domain)
    if not provider or seen.holding or seen.way.forwarded:
        return ""
    unsure = any(seen.aligned(each) and each.outcome in (Outcome.UNSEEN, *OF_THE_COPY) for each in seen.signatures)
    hop = seen.way.handed_over
    its_own = hop is not None and same_house(hop.reverse, seen.form.author.domain)
    return "" if unsure or its_own else provider


def _relay(seen: Seen) -> str:
    hop = seen.way.handed_over
    return (hop.name or hop.ip) if hop else "a server of others"


def _one_click(seen: Seen, facts: dict[str, Any]) -> Iterator[Finding]:
    unsubscribe = seen.form.unsubscribe
    if not unsubscribe.bulk:
        return
    lacks = []
    if not unsubscribe.targets:
        lacks.append("List-Unsubscribe has no address" if _has_field(seen) else "it has no List-Unsubscribe")
    elif not unsubscribe.https:
        lacks.append("List-Unsubscribe has no https address")
    if not unsubscribe.one_click:
        lacks.append("List-Unsubscribe-Post: List-Unsubscribe=One-Click is missing")
    covered = {"list-unsubscribe", "list-unsubscribe-post"}
    if not lacks and not any(covered <= set(each.tags.signed) for each in seen.signatures if _may_hold(each.outcome)):
        lacks.append("no signature that holds covers both fields")
    if lacks:
        more = {
            "lacks": lacks,
            "signs": list(unsubscribe.signs),
            "targets": list(unsubscribe.targets),
            "one_click": unsubscribe.one_click,
            "signed": [list(each.tags.signed) for each in seen.signatures],
            "proposed": _PROPOSED.format(domain=seen.domain),
        }
        yield codes.ONE_CLICK_MISSING.finding(seen.domain, facts | more)


def _has_field(seen: Seen) -> bool:
    return any("List-Unsubscribe" in sign for sign in seen.form.unsubscribe.signs)


def _may_hold(outcome: Outcome) -> bool:
    return outcome in (Outcome.VERIFIED, Outcome.UNSEEN)
