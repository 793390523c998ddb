"""The finding codes of a domain as a whole: is it there, can it be asked, what changed, what the changes come to."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

DOMAIN_UNKNOWN = Code(
    "domain.unknown",
    Verdict.FAIL,
    "{subject} does not exist: DNS answers NXDOMAIN.",
    remedy="Look for a typing error in the From address, in wp-admin under the mail plugin's settings (WordPress "
    "itself takes it from Settings → General → Administration Email Address). Is the name right, {evidence.advice}.",
    meaning="Receivers refuse mail from a domain that does not exist, and nobody can answer it.",
    proof="The name was asked for its SOA record. NXDOMAIN says that nothing at all stands at the name or below it.",
    kind=CauseKind.DNS,
)
PUBLIC_SUFFIX = Code(
    "domain.public_suffix",
    Verdict.WARN,
    "{subject} is a public suffix: domains are registered below it, and it is nobody's own.",
    remedy="Is this the site's From address, set one of a domain of your own in wp-admin under the mail plugin's "
    "settings. For a report, give the domain that you registered: one label more than {subject}.",
    meaning="No owner of a domain can publish records at a public suffix.",
    proof="The public suffix list names it.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ADVICE,
)
FREE_MAILBOX = Code(
    "domain.free_mailbox",
    Verdict.FAIL,
    "The site's mail has a From address at {subject}, where {evidence.provider} has its mailboxes, and {evidence.by} "
    "sends it.",
    remedy="In wp-admin, in the mail plugin's settings (WP Mail SMTP: Settings → General → From Email; without one: "
    "Settings → General → Administration Email Address), set From to an address at the site's own domain, and put the "
    "@{subject} address into Reply-To. Look at each form's notifications too: they can have a From of their own.",
    meaning="Only {evidence.provider} itself can sign for its addresses, and only {evidence.provider} can change the "
    "records of {subject}. Gmail puts such mail into spam or refuses it, Yahoo's and AOL's policy demands that it is "
    "refused.",
    proof="The From domain, and that neither its provider's relay sends the mail nor a signature of that domain is "
    "seen. Nothing else was looked at: no record of {subject} could mend it.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ONE,
)
AREA_UNSEEN = Code(
    "domain.not_looked_at",
    Verdict.UNKNOWN,
    "{evidence.area} of {subject} could not be looked at: {evidence.why}.",
    remedy="Run it again, with more time (`--timeout`) if it ran out of it.",
    meaning="Nothing is known about this part. That is no proof that it is sound.",
    proof="The look began and did not come to its end.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
TOGETHER = Code(
    "domain.with_changes",
    Verdict.PASS,
    "With the proposed records of {subject} published, the grade goes from {evidence.grade} to {evidence.grade_after}.",
    meaning="The proposed records were laid over DNS in memory and everything was looked at again.",
    proof="The findings that were left then are in the evidence.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
VANISHED = Code(
    "dns.record_vanished",
    Verdict.WARN,
    "The {evidence.type} record of {subject} is gone; it was there at the look before.",
    remedy="Was it not taken away on purpose, publish it again: at the DNS host, a {evidence.type} record with the "
    "name {subject} and the value below.",
    copy="{evidence.was}",
    meaning="A record of the mail set-up was taken away. A move to another DNS host or a tidy-up are the usual "
    "reasons.",
    proof="The last run of this playbook found it; this one asked the same question, and DNS answered without it.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
CHANGED = Code(
    "dns.record_changed",
    Verdict.PASS,
    "The {evidence.type} record of {subject} was changed since the look before.",
    meaning="A change is no fault; where one begins afterwards, this is the first place to look.",
    proof="Both values stand in the evidence.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
UNCHANGED = Code(
    "dns.records_unchanged",
    Verdict.PASS,
    "{evidence.said}",
    meaning="The records that this run read are those of the last one, or there is none to compare with.",
    proof="Every record that both runs read, compared value by value.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
CODES = (DOMAIN_UNKNOWN, PUBLIC_SUFFIX, FREE_MAILBOX, AREA_UNSEEN, TOGETHER, VANISHED, CHANGED, UNCHANGED)
