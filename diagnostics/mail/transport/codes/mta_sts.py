"""Codes of MTA-STS, by which a domain demands verified encryption of those who send to it (RFC 8461)."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

_SEEN = "The TXT record and the policy file as they were found are in the evidence, with the mail servers beside them."
_FILE = "https://mta-sts.{subject}/.well-known/mta-sts.txt"
_THEN = (
    " Then, at the DNS host of {subject}, change the TXT record _mta-sts.{subject} to {evidence.record_proposed}: "
    "senders fetch the file anew only when the id has changed."
)

SOUND = Code(
    "mta_sts.sound",
    Verdict.PASS,
    "{subject} demands verified encryption (MTA-STS, mode enforce), and its policy covers {evidence.said}.",
    meaning="Senders that know MTA-STS deliver only to these servers and only over TLS that they could verify.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
TESTING = Code(
    "mta_sts.testing",
    Verdict.PASS,
    "{subject} tries MTA-STS out (mode testing); its policy covers {evidence.said}.",
    remedy="When the TLS reports show no failures for some weeks, put this text as the file " + _FILE + "." + _THEN,
    copy="{evidence.policy_proposed}",
    meaning="Senders report what would fail and deliver all the same. Protection begins with mode enforce.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
SWITCHED_OFF = Code(
    "mta_sts.mode_none",
    Verdict.PASS,
    "{subject} has switched MTA-STS off (mode none).",
    meaning="Senders forget the policy they had. For somebody who takes MTA-STS down, this is the right way.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
NONE = Code(
    "mta_sts.none",
    Verdict.PASS,
    "{subject} uses no MTA-STS. Nothing is wrong with that.",
    meaning="Senders encrypt when they can. MTA-STS would let them insist on it.",
    proof="There is no TXT record at _mta-sts.{domain} that begins with v=STSv1.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
SHORT_LIFE = Code(
    "mta_sts.max_age_short",
    Verdict.PASS,
    "{subject} lets senders keep its MTA-STS policy for {evidence.max_age} seconds only.",
    remedy="For real protection put max_age: 604800 (a week) or more into the file " + _FILE + "." + _THEN,
    copy="{evidence.policy_proposed}",
    meaning="Who can suppress one look-up can switch the policy off as soon as it is forgotten; RFC 8461 §3.2 "
    "recommends weeks.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
MX_MISMATCH = Code(
    "mta_sts.mx_mismatch",
    Verdict.FAIL,
    "The MTA-STS policy of {subject} (mode enforce) does not cover {evidence.uncovered}.",
    remedy="Put this text as the file " + _FILE + ", at the web host or provider that serves it." + _THEN,
    copy="{evidence.policy_proposed}",
    letter="{evidence.letter}",
    meaning="Gmail, Microsoft and others that obey the policy do not deliver to a mail server that it does not name. "
    "Nearly always the mailbox provider was changed and the policy forgotten.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
TESTING_WOULD_FAIL = Code(
    "mta_sts.testing_would_fail",
    Verdict.WARN,
    "The MTA-STS policy of {subject} (mode testing) would stop mail if it were enforced: {evidence.why}.",
    remedy="Before you set mode enforce, this has to be done at the web host of mta-sts.{subject}, at the DNS host of "
    "{subject}, or by the mail server's operator: {evidence.advice}",
    copy="{evidence.policy_proposed}",
    letter="{evidence.letter}",
    meaning="In mode testing senders deliver and report. With mode enforce this mail would not arrive.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
HOST_REFUSED = Code(
    "mta_sts.host_refused",
    Verdict.FAIL,
    "Senders that obey the MTA-STS policy of {evidence.domain} (mode enforce) cannot deliver to {subject}: "
    "{evidence.why}.",
    remedy="Ask the operator of {subject} for STARTTLS with a certificate of a public authority that names {subject} "
    "(the words are below). Until then put this text as the file "
    "https://mta-sts.{evidence.domain}/.well-known/mta-sts.txt, which only reports, and at the DNS host of "
    "{evidence.domain} change the TXT record _mta-sts.{evidence.domain} to {evidence.record_proposed}.",
    copy="{evidence.policy_proposed}",
    letter="The MTA-STS policy of {evidence.domain} demands TLS with a certificate that verifies, and your mail server "
    "{subject} does not have it on port 25: {evidence.why}. Please install a certificate of a public authority that "
    "names {subject}.",
    meaning="Under mode enforce a sender must verify certificate and name, and keeps the mail back when it cannot.",
    proof=_SEEN,
    kind=CauseKind.RELAY,
    impact=Impact.ONE,
)
FETCH_FAILED = Code(
    "mta_sts.fetch_failed",
    Verdict.FAIL,
    "{subject} announces an MTA-STS policy that cannot be fetched: {evidence.why}.",
    remedy="{evidence.advice} Is MTA-STS not wanted, first serve the file with mode: none until max_age is over, then "
    "delete the TXT record _mta-sts.{subject} at the DNS host of {subject}.",
    copy="{evidence.file}",
    letter="{evidence.letter}",
    meaning="Senders that do not know the policy go on without it, those that know it keep to the old one until its "
    "time is over; then nobody is protected any more, and a change of mail servers reaches nobody.",
    proof=_SEEN,
    kind=CauseKind.HOST,
    impact=Impact.DEGRADED,
)
POLICY_MALFORMED = Code(
    "mta_sts.policy_malformed",
    Verdict.FAIL,
    "The MTA-STS policy of {subject} is broken: {evidence.why}.",
    remedy="Put this text as the file " + _FILE + "." + _THEN,
    copy="{evidence.policy_proposed}",
    letter="{evidence.letter}",
    meaning="Senders take a policy with a mistake for none (RFC 8461 §3.2), or keep to the one they knew.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
RECORD_MALFORMED = Code(
    "mta_sts.record_malformed",
    Verdict.FAIL,
    "The TXT record _mta-sts.{subject} is broken: {evidence.why}.",
    remedy="At the DNS host of {subject}, delete the TXT record _mta-sts.{subject} as it is, and {evidence.advice}.",
    copy="{evidence.policy_proposed}",
    letter="{evidence.letter}",
    meaning="Senders see no record, so they never ask for the policy (RFC 8461 §3.1).",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
RECORD_MULTIPLE = Code(
    "mta_sts.record_multiple",
    Verdict.FAIL,
    "There is more than one MTA-STS record at _mta-sts.{subject}.",
    remedy="At the DNS host of {subject}, delete the TXT records of _mta-sts.{subject} that begin with v=STSv1, and "
    "{evidence.advice}.",
    copy="{evidence.policy_proposed}",
    letter="{evidence.letter}",
    meaning="With several records senders must act as if there were none (RFC 8461 §3.1).",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
RECORD_MISSING = Code(
    "mta_sts.record_missing",
    Verdict.WARN,
    "{subject} serves an MTA-STS policy that nobody asks for: the TXT record _mta-sts.{subject} is missing.",
    remedy="At the DNS host of {subject}, add a TXT record with the name _mta-sts.{subject} (many panels write it "
    "_mta-sts) and this value.",
    copy="{evidence.record_proposed}",
    meaning="Senders fetch the policy only where the record announces it.",
    proof=_SEEN,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
POLICY_UNSEEN = Code(
    "mta_sts.unseen",
    Verdict.UNKNOWN,
    "The MTA-STS of {subject} could not be looked at: {evidence.why}",
    remedy="Try again in some minutes, or from another network. Does it last, ask the web host of mta-sts.{subject} "
    "why it does not answer, or the DNS host of {subject} why its name servers do not.",
    meaning="Nothing is known about the policy, for better or worse.",
    proof="What was asked, and what came instead of an answer.",
    kind=CauseKind.HOST,
    impact=Impact.ADVICE,
    temporary=True,
)
