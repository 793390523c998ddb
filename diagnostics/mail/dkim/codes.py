"""The finding codes of DKIM: what each key, or the lack of one, means for the domain's mail, and what to publish."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

_NO_SIGNATURE_PASSES = (
    "Receivers cannot verify what is signed with this key: for them the mail has no signature. DMARC then rests on SPF "
    "alone, and mail that is forwarded fails."
)
_READ = "The TXT record at the key's name was read as RFC 6376 §3.6.1 says; it is in the evidence."

KEY_SOUND = Code(
    "dkim.key_sound",
    Verdict.PASS,
    "The DKIM key {subject} is sound: {evidence.key_said}{evidence.of_whom}.",
    meaning="Receivers can verify what is signed with it.",
    proof=_READ,
    kind=CauseKind.DNS,
)
KEY_RETIRED = Code(
    "dkim.key_retired",
    Verdict.PASS,
    "The DKIM key {subject} is taken out of use, as it should be: p= is empty, and another key is in force.",
    meaning="Whoever held the old key can sign nothing any more.",
    proof=_READ,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
SENDS_NO_MAIL = Code(
    "dkim.no_mail",
    Verdict.PASS,
    "{subject} sends no mail by its own word (SPF -all alone, no mail received), and needs no DKIM key.",
    meaning="Without mail there is nothing to sign.",
    proof="Its SPF record is v=spf1 -all, it has no MX that takes mail, and no key was found.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
KEY_MISSING = Code(
    "dkim.key_missing",
    Verdict.FAIL,
    "The DKIM key {subject} is missing: {evidence.why}.",
    remedy="Publish the key at the DNS host of {evidence.domain}, with the name {evidence.name_field}: "
    "{evidence.mend}.",
    copy="{evidence.proposed}",
    letter="{evidence.letter}",
    meaning=_NO_SIGNATURE_PASSES,
    proof="The name was asked for its TXT record, through all CNAMEs; what came is in the evidence.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
KEY_STALE = Code(
    "dkim.cname_stale",
    Verdict.WARN,
    "The CNAME at {subject} leads nowhere: {evidence.why}.",
    remedy="Does {evidence.provider_title} still send for you, finish the domain's authentication there: "
    "{evidence.panel}. If not, delete the {evidence.which} at the DNS host of {evidence.domain}.",
    letter="{evidence.letter}",
    meaning="Either the domain was never finished at that service, or the account is gone and the record was left.",
    proof="The CNAME was followed; the name at its end has no TXT record, and nothing else shows this service.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
KEY_MALFORMED = Code(
    "dkim.key_malformed",
    Verdict.FAIL,
    "The DKIM key {subject} cannot be read: {evidence.why}.",
    remedy="Put the record at {subject} right: {evidence.mend}.",
    copy="{evidence.proposed}",
    letter="{evidence.letter}",
    meaning=_NO_SIGNATURE_PASSES,
    proof=_READ,
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
MULTIPLE = Code(
    "dkim.multiple",
    Verdict.FAIL,
    "At the DKIM key's name {subject} stands more than one record: {evidence.why}.",
    remedy="Leave one TXT record at {subject}: {evidence.mend}.",
    copy="{evidence.proposed}",
    letter="{evidence.letter}",
    meaning="RFC 6376 §3.6.2.2 leaves open which one a receiver takes: signatures pass by chance.",
    proof="Every TXT record of the name is in the evidence.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
KEY_REVOKED = Code(
    "dkim.key_revoked",
    Verdict.FAIL,
    "The DKIM key {subject} is revoked: its p= is empty{evidence.in_use}.",
    remedy="Make a new key with another selector in {evidence.panel}, publish the record that it shows at the DNS host "
    "of {evidence.domain}, then let the mail be signed with the new selector. Leave this record as it is.",
    letter="{evidence.letter}",
    meaning=_NO_SIGNATURE_PASSES,
    proof=_READ,
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
KEY_SHORT = Code(
    "dkim.key_too_short",
    Verdict.FAIL,
    "The DKIM key {subject} is too short: {evidence.why}.",
    remedy="Make a new key of 2,048 bits with another selector: {evidence.renew}. Publish its record at the DNS host "
    "of {evidence.domain}, sign with it, and delete this one a week later.",
    letter="{evidence.letter}",
    meaning="A key this short can be broken in hours, so receivers must not accept it (RFC 8301 §3.2). "
    + _NO_SIGNATURE_PASSES,
    proof=_READ,
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
KEY_WEAK = Code(
    "dkim.key_weak",
    Verdict.WARN,
    "The DKIM key {subject} is short: {evidence.why}.",
    remedy="Make a key of 2,048 bits with another selector: {evidence.renew}. Publish its record at the DNS host of "
    "{evidence.domain}, sign with it, and delete this one a week later.",
    letter="{evidence.letter}",
    meaning="Receivers still take it. RFC 8301 asks signers for 2,048 bits, as 1,024 are within reach of attackers "
    "with means.",
    proof=_READ,
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
)
TESTING = Code(
    "dkim.testing",
    Verdict.WARN,
    "The DKIM key {subject} is marked as a test (t=y).",
    remedy="Does the mail pass, end the test: {evidence.mend}.",
    copy="{evidence.proposed}",
    letter="{evidence.letter}",
    meaning="Receivers must treat a failing signature like none, and some treat a good one so too (RFC 6376 §3.6.1).",
    proof=_READ,
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
KEY_UNUSABLE = Code(
    "dkim.key_unusable",
    Verdict.FAIL,
    "The DKIM key {subject} cannot be used: {evidence.why}.",
    remedy="Mend the record at {subject}, or make a new key of RSA with 2,048 bits: {evidence.mend}.",
    copy="{evidence.proposed}",
    letter="{evidence.letter}",
    meaning=_NO_SIGNATURE_PASSES,
    proof=_READ,
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
WRONG_TYPE = Code(
    "dkim.wrong_type",
    Verdict.FAIL,
    "The DKIM key {subject} is not for mail: {evidence.why}.",
    remedy="Take the s= tag out of the record at {subject}: {evidence.mend}.",
    copy="{evidence.proposed}",
    letter="{evidence.letter}",
    meaning="s= lists what a key may sign; mail is `email` or `*`. " + _NO_SIGNATURE_PASSES,
    proof=_READ,
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
PRIVATE_KEY = Code(
    "dkim.private_key",
    Verdict.FAIL,
    "At {subject} the private half of the DKIM key is published: anybody can sign mail as {evidence.domain}.",
    remedy="Delete the TXT record {evidence.name_field} at the DNS host of {evidence.domain} now. Then make a new key "
    "pair with another selector in {evidence.panel}, and publish only its public half (for OpenDKIM, the .txt file). "
    "Never use the old pair again: it has been read.",
    letter="{evidence.letter}",
    meaning="The private half belongs on the mail server alone. No receiver can verify with it, and everyone can forge "
    "with it.",
    proof="What stands in the record decodes to a private key. It is not repeated here.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
WILDCARD = Code(
    "dkim.wildcard",
    Verdict.WARN,
    "A wildcard below {subject} answers for every DKIM selector, also one that nobody has.",
    remedy="At the DNS host of {subject}, delete the TXT record {evidence.wildcard}, and publish each selector "
    "that is in use with a record of its own.",
    meaning="Every selector seems to exist. A missing key is then a broken one for receivers, and a search for keys "
    "finds whatever it asks for.",
    proof="A selector was asked for that no one can have, and there was an answer.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
RELAY_NOT_SET_UP = Code(
    "dkim.relay_not_set_up",
    Verdict.FAIL,
    "{evidence.provider_title} sends for {evidence.domain}, and has no DKIM key there: {evidence.why}.",
    remedy="Open {evidence.panel}, and publish the records that it shows at the DNS host of {evidence.domain}: "
    "{evidence.mend}. Then let it verify them.",
    copy="{evidence.proposed}",
    letter="{evidence.letter}",
    meaning="This service signs as the domain only with a key at one of these names. Without it the mail is signed in "
    "its own name or not at all, and passes DMARC by SPF at best.",
    proof="It is the relay that the site submits to, or it signed a real message; all its selectors were asked for.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
RELAY_UNSIGNED = Code(
    "dkim.relay_unsigned",
    Verdict.WARN,
    RELAY_NOT_SET_UP.summary,
    remedy=RELAY_NOT_SET_UP.remedy,
    copy=RELAY_NOT_SET_UP.copy,
    letter=RELAY_NOT_SET_UP.letter,
    meaning="This service has the envelope at the domain, so its mail passes DMARC by SPF. It fails where it is "
    "forwarded, and Gmail, Yahoo and Microsoft want a signature of who sends much. The service signs as the domain "
    "only with a key at one of these names.",
    proof=RELAY_NOT_SET_UP.proof,
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
NOT_SET_UP = Code(
    "dkim.not_set_up",
    Verdict.WARN,
    "SPF of {evidence.domain} lets {evidence.provider_title} send, and it has no DKIM key there: {evidence.why}.",
    remedy="Does it still send for you, open {evidence.panel}, and publish the records that it shows at the DNS host "
    "of {evidence.domain}: {evidence.mend}. If not, take {evidence.include_said} out of the SPF record.",
    copy="{evidence.proposed}",
    letter="{evidence.letter}",
    meaning="This service signs as the domain only with a key at one of these names.",
    proof="The evidence names what points to the service; all its selectors were asked for.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
NONE_PUBLISHED = Code(
    "dkim.none_published",
    Verdict.WARN,
    "{subject} has no DKIM keys: DNS says that nothing exists at or below _domainkey.{subject}.",
    remedy="Open {evidence.panel}, let it make a key for {subject}, and publish the record that it shows at the DNS "
    "host of {subject}, with a name like selector._domainkey.",
    letter="{evidence.letter}",
    meaning="No mail can be signed as the domain. Gmail and Yahoo want a signature from whoever sends in bulk, and "
    "without one DMARC rests on SPF alone.",
    proof="NXDOMAIN at _domainkey says that no name below it exists (RFC 8020). A few broken servers say so wrongly: "
    "the s= of a real message's signature settles it.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
NOT_FOUND = Code(
    "dkim.not_found",
    Verdict.UNKNOWN,
    "No DKIM key{evidence.whose} was found at {subject} among {evidence.tried_said}.",
    remedy="Send a mail from the site to a mailbox of yours, open its source (Gmail: Show original) and look for s= in "
    "its DKIM-Signature: name that selector with --selector, or paste the whole message into the report's box. Is "
    "there no DKIM-Signature with d={subject}, set DKIM up in {evidence.panel}.",
    meaning="A selector can have any name, and DNS cannot be asked for all of them. This proves neither that mail is "
    "signed nor that it is not.",
    proof="The selectors that were tried are in the evidence.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
UNAVAILABLE = Code(
    "dkim.unavailable",
    Verdict.UNKNOWN,
    "DKIM of {subject} could not be looked at whole: DNS gave no answer to {evidence.failed_said}.",
    remedy="Try again in some minutes. Does it last, ask the DNS host of {subject} to mend its name servers, or name a "
    "resolver that works with --nameserver.",
    meaning="A name server was silent or answered with a failure. Nothing is known about these keys; receivers that "
    "see the same defer the mail or let it go unsigned.",
    proof="Each question, and what came instead of an answer, is in the evidence.",
    kind=CauseKind.DNS,
    temporary=True,
)

CODES: tuple[Code, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Code))
