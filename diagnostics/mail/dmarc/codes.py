"""The finding codes of DMARC: the record, who is aligned, where reports go, what a stricter policy would do."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

_PUT = "{evidence.place}, put this value in the place of what the TXT record {evidence.name} has now"
_UNSEEN = (
    "What could not be looked at is not known; it is no proof that it is sound. Receivers that get no answer either "
    "deliver the mail or defer it."
)

WALK = Code(
    "dmarc.walk",
    Verdict.PASS,
    "DMARC of {subject} asks receivers for {evidence.policy}, by {evidence.tag} of the record at {evidence.from}.",
    meaning="Receivers find this domain's DMARC record, and it says what is to happen with mail that fails.",
    proof="Every name of the tree walk (RFC 9989 §4.10) was asked, and what stood there is in the evidence; beside it "
    "what receivers come to that still go by RFC 7489 and the public suffix list.",
    kind=CauseKind.DNS,
)
MISSING = Code(
    "dmarc.missing",
    Verdict.FAIL,
    "{subject} has no DMARC record.",
    remedy="{evidence.alias}At the DNS host of {evidence.at}, add a TXT record with the name {evidence.name} (in a "
    "panel that appends the domain, write {evidence.name_field}) and this value. It asks receivers to {evidence.asks}"
    "{evidence.reports}.",
    copy="{evidence.proposed}",
    meaning="Gmail, Yahoo and Microsoft demand a DMARC record of who sends much, and anybody can use the domain in a "
    "From address without a trace.",
    proof="Every name at which receivers look was asked (RFC 9989 §4.10); none has a TXT record that begins with "
    "v=DMARC1.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
MULTIPLE = Code(
    "dmarc.multiple",
    Verdict.FAIL,
    "{evidence.name} has {evidence.count} DMARC records: receivers use none of them.",
    remedy="{evidence.place}, delete all TXT records of {evidence.name} that begin with v=DMARC1 and publish this one "
    "instead. It has the weakest of their policies, as none is in force now, and all their report addresses.",
    copy="{evidence.proposed}",
    meaning="Several records at one name are all discarded (RFC 9989 §4.10, RFC 7489 §6.6.3). The domain has no policy "
    "and gets no reports, though it looks configured.",
    proof="The TXT records of the name were read; each that begins with v=DMARC1 is in the evidence.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
MALFORMED = Code(
    "dmarc.malformed",
    Verdict.FAIL,
    "The DMARC record at {evidence.name} is broken: {evidence.detail}. {evidence.effect}",
    remedy=_PUT + ".{evidence.caution}",
    copy="{evidence.proposed}",
    meaning="A record that does not begin with v=DMARC1 is no record for receivers; one without a usable policy counts "
    "as p=none where it has a usable rua, and as nothing where not (RFC 9989 §4.10.1).",
    proof="The record as DNS has it is in the evidence, with what the grammar of RFC 9989 §4.8 does not know.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
TAGS_IGNORED = Code(
    "dmarc.tags_ignored",
    Verdict.WARN,
    "Receivers ignore a part of the DMARC record at {evidence.name}: {evidence.detail}.",
    remedy=_PUT + ".",
    copy="{evidence.proposed}",
    meaning="A tag that is not understood counts as if it were not there (RFC 9989 §4.8). The policy holds; what the "
    "tag was meant to say does not.",
    proof="The record as DNS has it is in the evidence, with each tag that is wrong.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
POLICY_MISSING = Code(
    "dmarc.policy_missing",
    Verdict.WARN,
    "The DMARC record at {evidence.name} has no p=. Because it has a rua=, receivers take it for p=none.",
    remedy=_PUT + ".",
    copy="{evidence.proposed}",
    meaning="RFC 9989 takes such a record for p=none; older receivers and many checking tools call it broken.",
    proof="The record as DNS has it is in the evidence.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
OBSOLETE_TAGS = Code(
    "dmarc.obsolete_tags",
    Verdict.WARN,
    "The DMARC record at {evidence.name} has what RFC 9989 no longer knows: {evidence.obsolete}.",
    remedy=_PUT + ". {evidence.caution}",
    copy="{evidence.proposed}",
    meaning="pct, rf, ri and a size after a report address were taken out of DMARC in 2026. Newer receivers ignore "
    "them, older ones still go by them, so the same record means two things.",
    proof="The record as DNS has it is in the evidence.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
POLICY_NONE = Code(
    "dmarc.policy_none",
    Verdict.PASS,
    "The policy of {subject} is none, as it should be at first: receivers only watch and report.",
    remedy="{evidence.advice} The next step is this value in the TXT record {evidence.name}, {evidence.where}.",
    copy="{evidence.next_step}",
    meaning="p=none is the right beginning and satisfies the big receivers. It stops nobody who forges the domain.",
    proof="The policy that is in force, with the name where it stands, and what a step would do to each known stream.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
TESTING = Code(
    "dmarc.testing",
    Verdict.PASS,
    "DMARC of {subject} is in test mode: t=y makes {evidence.declared} into {evidence.policy}.",
    remedy="{evidence.advice} The test ends when this value, without t=y, is in the TXT record {evidence.name}, "
    "{evidence.where}.",
    copy="{evidence.next_step}",
    meaning="Receivers of RFC 9989 do one step less than the policy says. Receivers of RFC 7489 do not know t= and do "
    "what the policy says already.",
    proof="The record as DNS has it is in the evidence.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
SUBDOMAIN_POLICY = Code(
    "dmarc.subdomain_policy",
    Verdict.FAIL,
    "{subject} has no DMARC record of its own, and the one at {evidence.from} asks receivers to {evidence.asked}, "
    "by {evidence.tag}={evidence.declared}: {evidence.stream} does not pass.",
    remedy="At the DNS host of {subject}, add a TXT record with the name {evidence.name} (in a panel that appends the "
    "domain, write {evidence.name_field}) and this value: it lets this subdomain's mail through while you mend its "
    "authentication; how, the finding about {evidence.stream} says.",
    copy="{evidence.proposed}",
    meaning="A policy of the domain above holds for every subdomain without a record of its own. Streams that were "
    "added below it later are often forgotten.",
    proof="The names of the walk in order, the record that holds, and each identifier of the stream with why it does "
    "not count.",
    kind=CauseKind.DNS,
)
NOT_ALIGNED = Code(
    "dmarc.not_aligned",
    Verdict.FAIL,
    "DMARC fails for {evidence.stream}: {evidence.told}. None of this counts for {evidence.domain}.",
    remedy="The mail has to pass SPF or DKIM as {evidence.domain} itself. {evidence.how}",
    letter="{evidence.letter}",
    meaning="DMARC asks for one thing: that SPF or DKIM passes for the domain of the From address itself. That a relay "
    "passes for its own domain does not count. Gmail, Yahoo and Microsoft demand "
    "alignment of who sends much, whatever the policy.",
    proof="Each domain that the mail is authenticated as, compared with the From domain as both specifications say: "
    "RFC 9989's tree walk, and the public suffix list of RFC 7489.",
    kind=CauseKind.RELAY,
    impact=Impact.ONE,
)
TOO_STRICT = Code(
    "dmarc.too_strict",
    Verdict.FAIL,
    "DMARC fails for {evidence.stream} only because the record at {evidence.name} asks for strict alignment "
    "({evidence.tags}): {evidence.told}.",
    remedy=_PUT + ": it asks for relaxed alignment.",
    copy="{evidence.proposed}",
    meaning="With adkim=s or aspf=s the domain has to be the very same; a subdomain of it does not count.",
    proof="Each domain that the mail is authenticated as, with the mode that the record asks for.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
ALIGNED = Code(
    "dmarc.aligned",
    Verdict.PASS,
    "DMARC passes for {evidence.stream}: {evidence.told}.",
    meaning="Receivers see that the owner of the From domain sends this mail.",
    proof="Each domain that the mail is authenticated as, compared with the From domain as both specifications say.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
ALIGNMENT_UNSEEN = Code(
    "dmarc.alignment_unseen",
    Verdict.UNKNOWN,
    "Whether DMARC passes for {evidence.stream} is not known: {evidence.told}.",
    remedy="Send a mail the usual way to a mailbox of your own, open it there with \u201cShow original\u201d, and give "
    "its text to `diagnose message FILE`, or paste it on the site's page in the console: it shows the envelope and the "
    "signatures that receivers see.",
    meaning="A site does not see what its relay does with a mail. Without one received message, or its address and "
    "envelope, nothing about alignment is proven.",
    proof="What is known of the stream, and what is missing.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
BLOCKED = Code(
    "dmarc.blocked",
    Verdict.UNKNOWN,
    "DMARC for {evidence.stream} waits for another fault to be mended first: {evidence.told}.",
    remedy="Mend {evidence.cause} first, then look again.",
    meaning="The domains fit, and DMARC will pass as soon as SPF or DKIM does.",
    proof="The identifier that would be aligned, and the finding that it waits for.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
DISCOVERY_DIFFERS = Code(
    "dmarc.discovery_differs",
    Verdict.WARN,
    "Receivers do not agree about {subject}: {evidence.differs}.",
    remedy="Let both kinds of receivers come to one answer. {evidence.how}",
    copy="{evidence.proposed}",
    meaning="RFC 9989 (2026) finds the organizational domain by a walk through DNS; receivers that still go by RFC "
    "7489 use the public suffix list. Where they differ, the same mail may pass at one and fail at another.",
    proof="Both answers are in the evidence, with the names that were asked and the date of the list.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
NO_REPORTS = Code(
    "dmarc.no_reports",
    Verdict.WARN,
    "The DMARC record at {evidence.name} asks for no reports: nobody tells you who sends in the name of {subject}.",
    remedy="Set up a mailbox for reports first, or take an address of a service that reads them. Then, "
    "{evidence.where}, put this value into the TXT record {evidence.name}, with that address after mailto:.",
    copy="{evidence.proposed}",
    meaning="Aggregate reports list every address that sends with this From domain and whether it passes: the only "
    "way to see a forgotten newsletter service before a stricter policy stops it.",
    proof="The record has no rua=.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
REPORTS_REACH = Code(
    "dmarc.reports_reach",
    Verdict.PASS,
    "Reports about {subject} go to {evidence.addresses}; each of these places takes mail and agreed where it has to.",
    meaning="Receivers send a daily summary there of who used the domain in a From address.",
    proof="MX of each address's domain, and for a foreign one its authorisation record (RFC 9990 §4).",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
REPORT_UNAUTHORISED = Code(
    "dmarc.report_unauthorised",
    Verdict.WARN,
    "No reports about {evidence.about} reach {evidence.uri}: {evidence.host} has not agreed to take them.",
    remedy="{evidence.who}, with the name {evidence.asked} and the value below. Or name an address of your own in the "
    "TXT record {evidence.name}, {evidence.where}.",
    copy="{evidence.proposed}",
    letter="{evidence.letter}",
    meaning="So that nobody can flood a stranger with reports, receivers ask the other domain first (RFC 9990 §4). "
    "Without its record they send none.",
    proof="The name of the authorisation record was asked, and what came back is in the evidence. A wildcard record "
    "there would have answered.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
REPORT_HOST = Code(
    "dmarc.report_host_no_mail",
    Verdict.WARN,
    "Reports about {evidence.about} cannot arrive at {evidence.uri}: {evidence.detail}.",
    remedy="{evidence.place}, put an address that takes mail into the TXT record {evidence.name}{evidence.value_said}",
    copy="{evidence.proposed}",
    meaning="Receivers send a daily report by mail. Where mail cannot be delivered it is lost, and after a while they "
    "stop.",
    proof="The address's domain was asked for MX, A and AAAA records.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
REPORTS_UNSEEN = Code(
    "dmarc.reports_unseen",
    Verdict.UNKNOWN,
    "Whether reports reach {evidence.uri} is not known: {evidence.host} gave no answer ({evidence.detail}).",
    remedy="Try again in some minutes. Does it last, tell who keeps the DNS of {evidence.host} that its name servers "
    "do not answer.",
    meaning=_UNSEEN,
    proof="What was asked, and what came instead of an answer.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
    temporary=True,
)
UNSEEN = Code(
    "dmarc.unseen",
    Verdict.UNKNOWN,
    "The DMARC policy of {subject} could not be read: {evidence.detail}.",
    remedy="Try again in some minutes. Does it last, ask the DNS host of {subject} to mend its name servers, or name a "
    "resolver that works with --nameserver.",
    meaning=_UNSEEN,
    proof="Each name of the walk, with what came back.",
    kind=CauseKind.DNS,
    temporary=True,
)
STEPS_SAFE = Code(
    "dmarc.steps_safe",
    Verdict.PASS,
    "A stricter policy would stop none of the known streams of {subject}: each passes DMARC.",
    meaning="As far as this site's own mail goes, quarantine and reject do no harm. What else sends for the domain "
    "stands in the aggregate reports.",
    proof="For each policy and each stream: delivered, junk, refused or not known, and why.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
STEP_BREAKS = Code(
    "dmarc.step_breaks",
    Verdict.WARN,
    "{evidence.lead}: {evidence.broken}.",
    remedy="{evidence.what_now} in the TXT record {evidence.name}, {evidence.where}, until this passes DMARC: "
    "{evidence.broken}. Its own finding says how.",
    meaning="Under quarantine mail that does not pass lands in spam, under reject it is refused.",
    proof="For each policy and each stream: delivered, junk, refused or not known, and why.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
CODES: tuple[Code, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Code))
