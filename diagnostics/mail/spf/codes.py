"""The finding codes of SPF: one for each way in which RFC 7208's check can end, with what to publish."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

# {evidence.mend} is a sentence of its own: "publish this value in its place: …", or what to change by hand.
PUBLISH = "at the DNS host of {subject}, in the TXT record of {subject} that begins with v=spf1: {evidence.mend}"
_PROVIDER = (
    " Does {evidence.ip} belong to a provider that sends for you, put the include that its help page names before "
    "{evidence.own_term} instead."
)
_NONE_USED = "Receivers take a broken record for no record, or refuse: no sender of this domain passes SPF."

PASSES = Code(
    "spf.pass",
    Verdict.PASS,
    "SPF of {subject} lets {evidence.who} send: {evidence.said}.",
    meaning="Receivers see that this address may send for this domain.",
    proof="The record was evaluated as RFC 7208 says, for this address, sender and HELO name; the path of the match is "
    "in the evidence.",
    kind=CauseKind.DNS,
)
ALLOWS_EVERYONE = Code(
    "spf.allows_everyone",
    Verdict.WARN,
    "SPF of {subject} lets every address in the world send, by {evidence.mechanism}.",
    remedy="Replace it: "
    + PUBLISH
    + ". Add an ip4:, ip6: or include: before ~all for each sender of yours that it does "
    "not name.",
    copy="{evidence.proposed}",
    meaning="Anybody can send mail that passes SPF for this domain. Big receivers count such a record against it.",
    proof="The record, or one that it includes, has `all` with a plus: it matches whatever address is asked for.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
FAILS = Code(
    "spf.fail",
    Verdict.FAIL,
    "SPF of {subject} forbids {evidence.ip} to send: {evidence.mechanism} matched.",
    remedy="Is {evidence.ip} yours: " + PUBLISH + "." + _PROVIDER + " Is it not yours, leave the record as it is.",
    copy="{evidence.proposed}",
    meaning="Receivers may refuse mail from this address for this domain (Gmail 550 5.7.26, Microsoft 5.7.23).",
    proof="No term before it matched the address. The terms, what each asked and what it found are in the evidence.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
SOFT_FAILS = Code(
    "spf.softfail",
    Verdict.WARN,
    "SPF of {subject} does not name {evidence.ip} as a sender: {evidence.mechanism} matched.",
    remedy="Is {evidence.ip} yours: " + PUBLISH + "." + _PROVIDER + " Is it not yours, leave the record as it is.",
    copy="{evidence.proposed}",
    meaning="Receivers take the mail and trust it less: without a DKIM signature of the domain it lands in spam.",
    proof="No term before it matched the address. The terms, what each asked and what it found are in the evidence.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
NEUTRAL = Code(
    "spf.neutral",
    Verdict.WARN,
    "SPF of {subject} says nothing about {evidence.ip}: {evidence.why}.",
    remedy="Is {evidence.ip} yours: " + PUBLISH + ". Does a provider send for you, put the include that its help "
    "page names into it as well.",
    copy="{evidence.proposed}",
    meaning="For a receiver this is as if there were no SPF record: the mail does not pass.",
    proof="The evaluation came to its end, and the result is neutral (RFC 7208 §2.6.2).",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
MISSING = Code(
    "spf.missing",
    Verdict.FAIL,
    "{subject} has no SPF record.",
    remedy="At the DNS host of {subject}, add a TXT record with the name {subject} (a panel that adds the domain by "
    "itself wants @, or for a subdomain only what stands before the domain) and this value{evidence.mend}. Add an "
    "include: before ~all for each other provider that sends for you.",
    copy="{evidence.proposed}",
    meaning="No receiver can see who may send for this domain. Gmail, Yahoo and Microsoft refuse or distrust it.",
    proof="The name was asked for TXT records; none of them begins with v=spf1.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
DOMAIN_UNKNOWN = Code(
    "spf.domain_unknown",
    Verdict.FAIL,
    "{subject} does not exist in DNS.",
    remedy="Correct the sender's domain in the site's mail settings (From address). Is {subject} right, ask its "
    "registrar and DNS host why it is not in DNS: expired, or its name servers are not set.",
    meaning="Receivers refuse senders whose domain does not exist. Nearly always it is mistyped.",
    proof="The name server answered NXDOMAIN: no record of any type has this name.",
    kind=CauseKind.SETTINGS,
)
NOT_A_DOMAIN = Code(
    "spf.not_a_domain",
    Verdict.FAIL,
    "SPF cannot be checked for {evidence.domain_shown}: it is no full domain name.",
    remedy="Set a From address at a domain of your own in the site's mail settings, such as mail@example.org; a HELO "
    "name has to be a full host name, such as mail.example.org.",
    meaning="An address, a name of one label (localhost) or a name with an empty or too long label has no SPF record.",
    proof="RFC 7208 §4.3: the result is `none`, without a question to DNS.",
    kind=CauseKind.SETTINGS,
)
MULTIPLE = Code(
    "spf.multiple",
    Verdict.FAIL,
    "{subject} has more than one SPF record.",
    remedy="At the DNS host of {subject}, delete all TXT records of {subject} that begin with v=spf1, and "
    "{evidence.mend}.",
    copy="{evidence.proposed}",
    meaning="Receivers use none of several records (permerror). " + _NONE_USED,
    proof="The TXT records were read; each that begins with v=spf1 is in the evidence.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
MALFORMED = Code(
    "spf.malformed",
    Verdict.FAIL,
    "The SPF record of {subject} is broken: {evidence.problem.detail}.",
    remedy="At the DNS host of {subject}, correct the TXT record that is meant as its SPF record: {evidence.mend}.",
    copy="{evidence.proposed}",
    meaning="One mistake anywhere in the record spoils it all (permerror), even after the term that would match. "
    + _NONE_USED,
    proof="The record as DNS has it is in the evidence, with the term that the grammar of RFC 7208 does not know.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
INCLUDE_BROKEN = Code(
    "spf.include_broken",
    Verdict.FAIL,
    "SPF of {subject} breaks at {evidence.own_term}: {evidence.problem.detail}.",
    remedy="Does that provider still send for you, take the right include from its help page and put it in the place "
    "of {evidence.own_term}. If not: " + PUBLISH + ".",
    copy="{evidence.proposed}",
    meaning="An include or redirect that leads to no usable record is an error of the whole record (permerror). "
    + _NONE_USED,
    proof="The name that the term leads to was asked for its record; the path of domains is in the evidence.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
LOOP = Code(
    "spf.loop",
    Verdict.FAIL,
    "SPF of {subject} leads in a circle: {evidence.circle}.",
    remedy="Break the circle: " + PUBLISH + ".",
    copy="{evidence.proposed}",
    meaning="A receiver goes round until its ten lookups are used, and ends in permerror. " + _NONE_USED,
    proof="The domains in the order in which the includes and redirects lead to them; one comes again.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
TOO_MANY_LOOKUPS = Code(
    "spf.too_many_lookups",
    Verdict.FAIL,
    "SPF of {subject} needs more than 10 lookups{evidence.for_whom}: receivers give up before "
    "{evidence.problem.term} of {evidence.problem.domain}.",
    remedy="First take out what no longer sends for you; what each term costs: {evidence.costs}. Then " + PUBLISH + ".",
    copy="{evidence.proposed}",
    meaning="At the eleventh term that asks DNS the result is permerror: who is listed late does not pass.",
    proof="Every term that counts is in the evidence, numbered, with the record that it stands in.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
TOO_MANY_VOIDS = Code(
    "spf.too_many_voids",
    Verdict.FAIL,
    "SPF of {subject} asks for names that are not there: {evidence.void_names}. Receivers stop at the third.",
    remedy="Mend or take out the terms that lead to these names, {evidence.void_terms}: " + PUBLISH + ".",
    copy="{evidence.proposed}",
    meaning="More than two lookups that find nothing are permerror (RFC 7208 §4.6.4). " + _NONE_USED,
    proof="Each void lookup is in the evidence: name, type, what came back, and the term that asked.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
TOO_MANY_NAMES = Code(
    "spf.too_many_names",
    Verdict.FAIL,
    "SPF of {subject} breaks at {evidence.problem.term}: {evidence.problem.detail}.",
    remedy="Name the sending addresses instead of all mail exchangers: " + PUBLISH + ".",
    copy="{evidence.proposed}",
    meaning="An mx term whose eleventh name would have to be asked for is permerror (RFC 7208 §4.6.4). " + _NONE_USED,
    proof="The MX records were counted; none of the first ten led to the address.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
TEMPORARY = Code(
    "spf.temperror",
    Verdict.UNKNOWN,
    "SPF of {subject} could not be evaluated: {evidence.problem.detail}.",
    remedy="Try again in some minutes. Does it last, ask the DNS host of {evidence.problem.domain} to mend its name "
    "servers, or name a resolver that works with --nameserver.",
    meaning="A name server did not answer, or answered with a failure. Nothing is known about the record: receivers "
    "that see the same defer the mail.",
    proof="What was asked, for which term, and what came instead of an answer.",
    kind=CauseKind.DNS,
    temporary=True,
)
UNANSWERED = Code(
    "spf.lookups_unanswered",
    Verdict.UNKNOWN,
    "SPF of {subject}: DNS failed on {evidence.failed}; another look may end otherwise.",
    remedy="Try again in some minutes. Does it last, ask the DNS host of these names to mend its name servers.",
    meaning="The known senders pass without this answer, or RFC 7208 goes on without it: for the names behind a ptr "
    "term or %{p} (§5.5), and for exp= (§6.2). What hangs on it is not judged.",
    proof="What was asked, for which term, and what came instead of an answer.",
    kind=CauseKind.DNS,
    temporary=True,
)

CODES: tuple[Code, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Code))
