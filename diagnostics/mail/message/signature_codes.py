"""The finding codes of a DKIM signature on a real message: it holds, or what broke it."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

_NOT_COUNTED = "Receivers go on as if the mail were not signed: DMARC then hangs on SPF alone."

_PUBLISH_KEY = (
    "In the panel of the service that signs ({evidence.signer}{evidence.at_panel}), open the DKIM settings of "
    "{evidence.domain}, copy the record that it shows, and at the DNS host of {evidence.domain} publish it under the "
    "name {subject}. Does the signer run on a server of your own, publish the .txt file that opendkim-genkey or "
    "rspamadm wrote with the key in use."
)
_ASK_FOR_KEY = (
    "Mail that you send for {evidence.domain} is signed with d={evidence.domain}, s={evidence.selector} "
    "({evidence.algorithm}), and the key that is published under that name is another one. Please send us the DKIM "
    "record that belongs to the key you sign with now, name and value."
)

VERIFIED = Code(
    "dkim.signature_verified",
    Verdict.PASS,
    "The signature {subject} holds ({evidence.algorithm}{evidence.size}).",
    meaning="Header and body are as they were signed, and the published key is the signer's.",
    proof="dkimpy verified it over the message as it came, with the key that DNS has now.",
    kind=CauseKind.DNS,
)
UNSEEN = Code(
    "dkim.signature_unseen",
    Verdict.UNKNOWN,
    "The signature {subject} could not be verified: {evidence.detail}.",
    remedy="Try again in some minutes. Is it DNS that fails, ask the DNS host of {evidence.domain} to mend its name "
    "servers, or name a resolver that answers with --nameserver. Is PyNaCl missing: pip install pynacl.",
    meaning="Nothing is known of this signature. Receivers that see the same defer the mail or take it as unsigned.",
    proof="What was asked for, and what came instead of an answer.",
    kind=CauseKind.DNS,
    temporary=True,
)
BODY_ALTERED = Code(
    "dkim.body_altered",
    Verdict.FAIL,
    "The body of the message was changed after {evidence.signers} had signed it{evidence.added}.",
    remedy="Let nothing touch the mail after it is signed. {evidence.where_changed} Known for it: {evidence.suspects}. "
    "Where it cannot be switched off, sign there, behind it. Was this text copied from a window, take the message "
    "as a file first: a copy loses spaces.",
    meaning="A footer, a rewritten link, a scanner's note or another encoding breaks every signature that was made "
    "before. " + _NOT_COUNTED,
    proof="The hash of the body is not the one that was signed (bh=). Where it holds up to some line, what "
    "stands below was added.",
    kind=CauseKind.RELAY,
    impact=Impact.ONE,
)
HEADER_ALTERED = Code(
    "dkim.signature_wrong",
    Verdict.FAIL,
    "The header of the message was changed after {evidence.signers} had signed it{evidence.changed}.",
    remedy="Let nothing rewrite these fields after signing: {evidence.signed_fields}. {evidence.where_changed} Known "
    "for it: {evidence.suspects}. Often it is a prefix before the subject or a rewritten From, To or Date.",
    meaning="The body is as it was signed and the key is the signer's, but one of the signed fields is not. "
    + _NOT_COUNTED,
    proof="The signature opens with the published key, and what is in it is another header's hash (RFC 8017 §8.2.2).",
    kind=CauseKind.RELAY,
    impact=Impact.ONE,
)
OTHER_KEY = Code(
    "dkim.key_does_not_fit",
    Verdict.FAIL,
    "The key published at {subject} is not the one that signed the message: {evidence.detail}.",
    remedy=_PUBLISH_KEY + " It replaces what stands there now.",
    letter=_ASK_FOR_KEY,
    meaning="The key was made anew and only one side has the new one. " + _NOT_COUNTED,
    proof="The key is of another type than a= says, or the signature does not open with it: what comes out is no hash "
    "at all (RFC 8017 §8.2.2).",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
WRONG = Code(
    "dkim.signature_wrong_or_other_key",
    Verdict.FAIL,
    "The signature {subject} does not hold: the header was changed, or the published key is another.",
    remedy="First compare the key: in the panel of the service that signs ({evidence.signer}), the record for "
    "{evidence.selector} has to be the TXT record {subject}. Is it, nothing may rewrite these fields after signing: "
    "{evidence.signed_fields}.",
    meaning="With this algorithm the two cannot be told apart from outside. " + _NOT_COUNTED,
    proof="The body's hash is right, and the signature over the header is not.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
MALFORMED = Code(
    "dkim.signature_malformed",
    Verdict.FAIL,
    "The DKIM signature of {evidence.signer} is no valid one: {evidence.detail}.",
    remedy="Mend what signs: the DKIM settings of {evidence.signer}, or the plugin that writes the signature "
    "({evidence.mailer}). Update it, and let it write the field anew.",
    meaning=_NOT_COUNTED,
    proof="The field's tags against RFC 6376 §3.5.",
    kind=CauseKind.RELAY,
    impact=Impact.ONE,
)
RETIRED = Code(
    "dkim.algorithm_retired",
    Verdict.FAIL,
    "The signature {subject} is made with {evidence.algorithm}, which receivers must not accept any more.",
    remedy="In the DKIM settings of {evidence.signer}, choose rsa-sha256 (OpenDKIM: SignatureAlgorithm rsa-sha256 in "
    "opendkim.conf).",
    meaning="RFC 8301 retired SHA-1 in 2018. " + _NOT_COUNTED,
    proof="The tag a= of the signature.",
    kind=CauseKind.RELAY,
    impact=Impact.ONE,
)
FROM_NOT_SIGNED = Code(
    "dkim.from_not_signed",
    Verdict.FAIL,
    "The signature {subject} does not cover the From field.",
    remedy="In the DKIM settings of {evidence.signer}, add From to the signed header fields (h=).",
    meaning="RFC 6376 §5.4 demands it: else anybody could put another sender before the signed text. " + _NOT_COUNTED,
    proof="The list h= of the signature, in the evidence.",
    kind=CauseKind.RELAY,
    impact=Impact.ONE,
)
EXPIRED = Code(
    "dkim.signature_expired",
    Verdict.FAIL,
    "The signature {subject} had expired when the message came: x= was {evidence.expires}, it came "
    "{evidence.received}.",
    remedy="In the DKIM settings of {evidence.signer}, take the expiry out or make it seven days and more; and look "
    "why the mail waited so long: the queue of {evidence.signer}, or its clock.",
    meaning="Mail that waits in a queue outlives a short expiry. " + _NOT_COUNTED,
    proof="The tag x= against the time in the receiver's Received line.",
    kind=CauseKind.RELAY,
    impact=Impact.ONE,
)
FUTURE = Code(
    "dkim.signed_in_the_future",
    Verdict.WARN,
    "The signature {subject} says that it was made {evidence.signed_at}, after the message had come.",
    remedy="Set the clock of the machine that signs ({evidence.signer}): switch on NTP (timedatectl set-ntp true).",
    meaning="Receivers may ignore such a signature (RFC 6376 §3.5, t=), and some do.",
    proof="The tag t= against the time in the receiver's Received line.",
    kind=CauseKind.HOST,
    impact=Impact.DEGRADED,
)
BODY_PARTLY_SIGNED = Code(
    "dkim.body_partly_signed",
    Verdict.WARN,
    "The signature {subject} covers only the first {evidence.body_length} octets of the body (l=).",
    remedy="In the DKIM settings of {evidence.signer}, switch the signed body length off (OpenDKIM: take "
    "BodyLengthDB out of opendkim.conf).",
    meaning="Anybody can put a text of his own behind the signed part and it still verifies. Gmail and others "
    "distrust or ignore such signatures.",
    proof="The tag l= of the signature.",
    kind=CauseKind.RELAY,
    impact=Impact.DEGRADED,
)
SPARE_FAILS = Code(
    "dkim.spare_signature_fails",
    Verdict.WARN,
    "The signature {subject} does not hold ({evidence.outcome}{evidence.because}); that of {evidence.holding} does.",
    remedy="No haste: one good signature is enough. Is {evidence.signer} still in use, mend its key or switch its "
    "signature off in its DKIM settings.",
    meaning="Receivers need one signature of the From domain that holds, and there is one.",
    proof="Every signature was verified on its own.",
    kind=CauseKind.RELAY,
    impact=Impact.ADVICE,
)
FOREIGN_FAILS = Code(
    "dkim.foreign_signature_fails",
    Verdict.WARN,
    "The signature {subject} does not hold ({evidence.outcome}{evidence.because}). For {evidence.from_domain} it would "
    "not count anyway.",
    remedy="Tell {evidence.signer} that its signature with d={evidence.domain}, s={evidence.selector} does not verify. "
    "What {evidence.from_domain} needs is a signature of its own: switch on its domain authentication (DKIM) there.",
    meaning="It is a signature in the name of another domain. DMARC does not look at it; some filters count one that "
    "fails.",
    proof="d= of the signature does not belong to the From domain, by the tree walk or the public suffix list.",
    kind=CauseKind.RELAY,
    impact=Impact.ADVICE,
)

CODES: tuple[Code, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Code))
