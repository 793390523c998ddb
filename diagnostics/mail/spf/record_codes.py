"""The finding codes of a domain's whole SPF record and of its real senders, beside those of one evaluation."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict
from diagnostics.mail.spf.codes import PUBLISH

RECORD_SOUND = Code(
    "spf.record_sound",
    Verdict.PASS,
    "The SPF record of {subject} is sound: {evidence.lookups} of 10 lookups to its end, {evidence.end_said}.",
    meaning="Receivers can read the record to its end, whoever sends.",
    proof="Every term was followed to its end, as a receiver does whose client matches nothing; the tree with the "
    "count at each term is in the evidence.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
SENDER_NOT_AUTHORISED = Code(
    "spf.sender_not_authorised",
    Verdict.FAIL,
    "SPF of {subject} does not let {evidence.who} send: {evidence.result} ({evidence.why}).",
    remedy="Is this sender yours: " + PUBLISH + ". Is it not yours, leave the record as it is, and look for what sends "
    "in your name.",
    copy="{evidence.proposed}",
    letter="{evidence.letter}",
    meaning="Receivers see that this mail does not come from a server that the domain names. Without a DKIM signature "
    "of the domain they put it into spam or refuse it (Gmail 550 5.7.26).",
    proof="The record was evaluated as RFC 7208 says, for the address, envelope domain and HELO name of this sender.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
SENDER_WAITS = Code(
    "spf.sender_waits",
    Verdict.UNKNOWN,
    "Whether SPF of {subject} lets {evidence.who} send shows when {evidence.waits_for} is mended.",
    meaning="While the record cannot be used, no sender passes; what it says about this one is seen afterwards.",
    proof="The evaluation for this sender ended at the fault that is named, before any term could match.",
    kind=CauseKind.DNS,
)
SENDER_UNKNOWN = Code(
    "spf.sender_unknown",
    Verdict.UNKNOWN,
    "SPF for {evidence.who} could not be judged: {evidence.why}.",
    remedy="Send a mail from the site to a mailbox of yours, open its source (Gmail: Show original) and paste all of "
    "it into the report's box for a message, or save it and run `diagnose message FILE`: its headers tell the address "
    "and the envelope domain.",
    meaning="SPF is about an address and an envelope domain. Where one of them is not known, nothing is proven.",
    proof="What is known of this sender is in the evidence.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
LOOKUPS_OVER_LIMIT = Code(
    "spf.lookups_over_limit",
    Verdict.WARN,
    "SPF of {subject} costs {evidence.counted} lookups to its end, receivers stop at 10: the known senders pass before "
    "that, whoever is listed behind {evidence.problem.term} of {evidence.problem.domain} does not.",
    remedy="Take out what no longer sends for you; what each term costs: {evidence.costs}. Then " + PUBLISH + ".",
    copy="{evidence.proposed}",
    meaning="At the eleventh term that asks DNS the result is permerror. It also hits every sender that is not in the "
    "record, so receivers may treat forged mail as mail without SPF.",
    proof="The whole tree was walked, with the number of each lookup; it is in the evidence.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
BREAKS_LATER = Code(
    "spf.breaks_later",
    Verdict.WARN,
    "SPF of {subject} breaks at {evidence.own_term}: {evidence.problem.detail}. The known senders pass before that; "
    "others do not.",
    remedy="Does that provider still send for you, take the right include from its help page. If not: " + PUBLISH + ".",
    copy="{evidence.proposed}",
    meaning="A receiver that gets as far as this term ends in permerror: senders listed behind it do not pass.",
    proof="The whole tree was walked beyond the terms that match; the term and the path to it are in the evidence.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
DEAD_TERMS = Code(
    "spf.dead_terms",
    Verdict.WARN,
    "SPF of {subject} asks for what is not there: {evidence.void_names}.",
    remedy="Correct the names in {evidence.void_terms}, or take the terms out: " + PUBLISH + ".",
    copy="{evidence.proposed}",
    meaning="Each such term lets nobody send, costs a lookup, and counts towards the two void lookups that receivers "
    "allow; at the third they give up.",
    proof="Each name was asked for; DNS answered that nothing is there, for IPv4 and IPv6.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
OPEN_END = Code(
    "spf.open_end",
    Verdict.WARN,
    "SPF of {subject} {evidence.end_said}: about mail from any other address it says nothing.",
    remedy="End the record in ~all: " + PUBLISH + ".",
    copy="{evidence.proposed}",
    meaning="For a receiver, forged mail of this domain looks as if there were no SPF record (neutral, RFC 7208 §4.7).",
    proof="The record was read to its end.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
USES_PTR = Code(
    "spf.uses_ptr",
    Verdict.WARN,
    "SPF of {subject} uses ptr, which RFC 7208 §5.5 says not to use: {evidence.terms}.",
    remedy="Name the servers that it meant by ip4: or ip6:, then take it out: " + PUBLISH + ".",
    copy="{evidence.proposed}",
    meaning="It asks for the reverse name of every client, is slow, fails with the client's DNS, and big receivers "
    "skip it.",
    proof="The term stands in the domain's own record.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
UNREACHABLE = Code(
    "spf.unreachable_terms",
    Verdict.WARN,
    "In the SPF record of {subject} no receiver reads {evidence.terms}: `all` stands before it or beside it.",
    remedy="Put `all` at the end: " + PUBLISH + ".",
    copy="{evidence.proposed}",
    meaning="`all` matches everybody, so what follows it is dead, and redirect= is ignored beside it (RFC 7208 §5.1, "
    "§6.1). Senders that only these terms name do not pass.",
    proof="The terms in their order.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
TOO_WIDE = Code(
    "spf.range_too_wide",
    Verdict.WARN,
    "SPF of {subject} lets {evidence.addresses} send by {evidence.terms}.",
    remedy="Name only the servers that send for you, each with ip4: or ip6:, in the place of {evidence.terms}: "
    + PUBLISH
    + ".",
    copy="{evidence.proposed}",
    meaning="Everybody who rents a machine in such a range passes SPF for this domain. An own term is wide here from "
    "more than a /16 of IPv4 or a /32 of IPv6 (all own terms together: two of these), which is more than one "
    "organisation sends from; a foreign include from more than a /8. Ranges of known providers are not counted: "
    "these look themselves at who sends for whom.",
    proof="The ranges and the addresses in them were counted.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
ANSWER_TOO_LARGE = Code(
    "spf.answer_too_large",
    Verdict.WARN,
    "The TXT records of {subject} make an answer of {evidence.bytes} bytes, of which SPF is {evidence.spf_bytes}: more "
    "than the 1,232 that fit one UDP packet.",
    remedy="At the DNS host of {subject}, delete the TXT records that nobody needs any more, such as verifications of "
    "services that were verified long ago or are no longer used: the value of each begins with the service's name. "
    "The largest are: {evidence.largest}.",
    meaning="Receivers must ask again over TCP. Some networks block that, and there the domain has no SPF (RFC 7208 "
    "§3.4 advises to keep the answer below 512 bytes).",
    proof="The size was worked out from the records as DNS has them.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
OBSOLETE_TYPE = Code(
    "spf.obsolete_type",
    Verdict.WARN,
    "{subject} has its SPF record a second time, in the obsolete type SPF (99).",
    remedy="At the DNS host of {subject}, delete the record of type SPF with the name {subject} and the value "
    "{evidence.obsolete}. The TXT record stays.",
    meaning="Nobody reads it (RFC 7208 §3.1). It goes stale, and misleads whoever looks at the zone.",
    proof="The name was asked for records of type SPF, and has one.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
STRAY = Code(
    "spf.stray_record",
    Verdict.WARN,
    "{subject} has beside its SPF record another TXT record that is nearly one, and that nobody reads: "
    "{evidence.strays}.",
    remedy="At the DNS host of {subject}, see whether it names a sender that the SPF record does not have, and add "
    "that one there; then delete the TXT record with the value {evidence.strays}.",
    meaning="Somebody meant to publish this. What it names is not allowed to send, as receivers read only the record "
    "that begins with v=spf1 and a space.",
    proof="The TXT records of the name; the value is shown as DNS has it.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
REPEATED = Code(
    "spf.repeated_terms",
    Verdict.WARN,
    "The SPF record of {subject} says the same twice: {evidence.terms}.",
    remedy="Take out the repetition: " + PUBLISH + ".",
    copy="{evidence.proposed}",
    meaning="A repeated term matches nobody new; one that asks DNS costs its lookups again, of the ten that there are.",
    proof="The terms of the record, compared.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
SUPERFLUOUS = Code(
    "spf.include_superfluous",
    Verdict.WARN,
    "The SPF record of {subject} has an include that its provider no longer asks for: {evidence.terms}.",
    remedy="Take it out: " + PUBLISH + ".",
    copy="{evidence.proposed}",
    meaning="Mailchimp bounces to a domain of its own, so SPF is asked for there, and DKIM is what counts for this "
    "domain. The include costs a lookup and lets Mailchimp's servers send for nothing.",
    proof="The include belongs to a provider whose set-up page no longer lists it.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)

CODES: tuple[Code, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Code))
