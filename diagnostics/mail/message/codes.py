"""The finding codes of a message as such: its way, its form, and whether it could be read at all."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

_HOW_TO_SAVE = (
    "Take the message as it was received: in Gmail open it, ⋮, Show original, Download original; in Outlook on the "
    "web ⋯, Save as, or View message source; in Thunderbird File → Save As, an .eml file; in Apple Mail File → Save "
    "As, Raw Message Source."
)

SOUND = Code(
    "message.sound",
    Verdict.PASS,
    "The message of {subject} is built as receivers want it, and {evidence.signed}. {evidence.handed_over_words}.",
    meaning="Its signatures hold, one of them is the From domain's own, and its form breaks no rule that the big "
    "receivers look at.",
    proof="The evidence has all that the message shows: its signatures, its way, its header's form and who wrote it.",
    kind=CauseKind.QUESTION,
)
GROUND = Code(
    "message.read",
    Verdict.PASS,
    "The message of {subject} was read: {evidence.signed}. {evidence.handed_over_words}.",
    meaning="This is what the message shows of how it is sent. What is wrong with it is told by the other findings.",
    proof="The evidence has all that the message shows: its signatures, its way, its header's form and who wrote it.",
    kind=CauseKind.QUESTION,
)
NOT_A_MESSAGE = Code(
    "message.not_a_message",
    Verdict.UNKNOWN,
    "No message could be read: {evidence.why}.",
    remedy=_HOW_TO_SAVE + " Then try again with that file, or with its whole text.",
    meaning="Signatures and the way of a mail can be seen only in the message as it came, with its whole header.",
    proof="The beginning of the text has no header of a message, or it goes beyond what a message may have.",
    kind=CauseKind.QUESTION,
)
RELAY_UNKNOWN = Code(
    "message.relay_unknown",
    Verdict.UNKNOWN,
    "Which server handed the message of {subject} to its receiver cannot be seen: {evidence.why}.",
    remedy="Send a message from the site to a mailbox at another provider (Gmail, Outlook.com) and take it from "
    "there, with its whole header. A copy from the Sent folder has not been on its way yet.",
    meaning="Only the receiver's own Received lines can be believed. Without one that names a machine outside, SPF, "
    "reverse DNS and blocklists cannot be judged for this message.",
    proof="Every Received line is in the evidence, the latest first, with the address that it names.",
    kind=CauseKind.QUESTION,
)
FORWARDED = Code(
    "message.forwarded",
    Verdict.UNKNOWN,
    "This copy of the message of {subject} was passed on: {evidence.forwarded}. Which server the site sends with "
    "cannot be seen in it.",
    remedy="Take a copy from a mailbox that the site writes to directly, without forwarding and without a list.",
    meaning="The address that its last receiver saw is the forwarder's. To judge SPF by it would accuse the wrong one.",
    proof="The header shows that the message lay in another mailbox, or passed a list, before.",
    kind=CauseKind.QUESTION,
)
COPY_ALTERED = Code(
    "message.copy_altered",
    Verdict.UNKNOWN,
    "This copy is not what {evidence.receiver} received: there the signature of {evidence.domain} was good, here it "
    "does not hold.",
    remedy=_HOW_TO_SAVE + " A text copied from the window loses spaces, tabs and line ends.",
    meaning="The mail itself was in order. Something changed this copy afterwards: copying by hand, an export, a "
    "virus scanner at the mailbox. What would be said of its body here would be wrong.",
    proof="The receiver's own Authentication-Results say dkim=pass for the same domain.",
    kind=CauseKind.QUESTION,
)
ALTERED_ON_FORWARDING = Code(
    "message.altered_on_forwarding",
    Verdict.UNKNOWN,
    "Whether the signature of {evidence.domain} held when the message left the site cannot be told: this copy was "
    "changed when it was passed on{evidence.added}.",
    remedy="Take a copy from a mailbox that the site writes to directly, without forwarding and without a list.",
    meaning="Lists add a footer or a prefix to the subject, some forwarders a note. That breaks signatures, and is no "
    "fault of the sender.",
    proof="The copy was forwarded, and its body or header is not as it was signed.",
    kind=CauseKind.QUESTION,
)
OUTDATED = Code(
    "message.outdated",
    Verdict.UNKNOWN,
    "The message is of {evidence.received}, and the key that signed it is not in DNS any more ({evidence.detail}).",
    remedy="Send a message from the site now, and take that one.",
    meaning="Keys are changed now and then, and old ones taken away. An old message tells nothing of how mail is "
    "signed today.",
    proof="The time at which the message came, against today; its key was asked for.",
    kind=CauseKind.QUESTION,
)
RECEIVER_SAW_OTHERWISE = Code(
    "message.receiver_saw_otherwise",
    Verdict.WARN,
    "{evidence.receiver} did not accept the signature of {evidence.domain} ({evidence.said}), which holds now.",
    remedy="Send the message once more. Is it still refused there, the name servers of {evidence.domain} do not "
    "all answer alike: ask its DNS host whether each of them has the key {evidence.name}.",
    meaning="When the message came, the key was not there yet, or DNS did not answer. Since then it was mended, or "
    "it fails now and then.",
    proof="The receiver's own Authentication-Results against what the same signature and key come to now.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
MARKED_AS_SPAM = Code(
    "message.marked_as_spam",
    Verdict.WARN,
    "{evidence.receiver} took the message of {subject} for spam ({evidence.marks}){evidence.by_tests}.",
    remedy="Mend the other findings of this report first: what SPF, DKIM, DMARC and the address lack counts most. Is "
    "nothing else wrong, look at what the mail says: links to other domains than {subject}, link shorteners, a "
    "picture without text. In a mailbox of your own, set the message to “not spam”.",
    meaning="This one receiver put it into the spam folder, or would. Each filter has rules of its own.",
    proof="The receiver's filter wrote its result into the header, above the line that names the sending machine.",
    kind=CauseKind.CONTENT,
    impact=Impact.DEGRADED,
)
UNSIGNED = Code(
    "message.unsigned",
    Verdict.FAIL,
    "The message of {subject} has no DKIM signature.",
    remedy="Switch DKIM on where the site's mail is sent: {evidence.where_to_sign}. It shows the records to publish "
    "at the DNS host of {subject}; then send a message again.",
    meaning="Gmail, Yahoo and Microsoft want a signature; without one only SPF speaks for the mail, and it ends at "
    "the first forwarding.",
    proof="The header has no DKIM-Signature field.",
    kind=CauseKind.RELAY,
    impact=Impact.ONE,
)
MALFORMED = Code(
    "message.malformed",
    Verdict.FAIL,
    "The message of {subject} breaks the rules of a mail header: {evidence.faults}.",
    remedy="Mend it where the header is written: {evidence.where} (written by: {evidence.mailer}). Update that "
    "program, and take out what sets these fields by itself: {evidence.fields}.",
    meaning="Gmail refuses such mail (550 5.7.1, not RFC 5322 compliant), others put it into spam: forged mail looks "
    "like this.",
    proof="RFC 5322 §3.6 says which fields a message has and how often; what was counted is in the evidence.",
    kind=CauseKind.PLUGIN,
    impact=Impact.ONE,
)
FREE_MAILBOX = Code(
    "message.from_free_mailbox",
    Verdict.FAIL,
    "The message says that it is from {evidence.provider}, and {evidence.relay_words} sent it.",
    remedy="In {evidence.where}, set From to an address at the site's own domain, and put the "
    "@{subject} address into Reply-To.",
    meaning="Only {evidence.provider} itself can sign for its addresses. Gmail puts such mail into spam or refuses "
    "it, Yahoo's and AOL's policy demands that it is refused.",
    proof="The From domain, and that no signature of that domain holds.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ONE,
)
NAME_MISLEADS = Code(
    "message.display_name_misleads",
    Verdict.WARN,
    "The sender's name of the message of {subject} contains an address at {evidence.named_domain}, another domain.",
    remedy="In {evidence.where}, set the sender's name to the site's name, without an address. A visitor's address "
    "belongs into Reply-To.",
    meaning="A name that shows an address other than the sender's is what phishing does; filters count it.",
    proof="The display name in the From field has an address, and its domain is not that of the sender.",
    kind=CauseKind.PLUGIN,
    impact=Impact.DEGRADED,
)
ONE_CLICK_MISSING = Code(
    "message.one_click_missing",
    Verdict.WARN,
    "The message of {subject} looks like a newsletter and cannot be left with one click: {evidence.lacks}.",
    remedy="In {evidence.where}, switch one-click unsubscribe on: both header fields below, with an https address "
    "that takes a POST, and both of them in the DKIM signature (h=).",
    copy="{evidence.proposed}",
    meaning="Gmail and Yahoo demand it of everybody who sends in bulk (RFC 8058), and take complaints as the "
    "alternative.",
    proof="What makes it look like a newsletter, and what its List-Unsubscribe fields have, are in the evidence.",
    kind=CauseKind.PLUGIN,
    impact=Impact.DEGRADED,
)
LINES_TOO_LONG = Code(
    "message.lines_too_long",
    Verdict.WARN,
    "The message of {subject} has lines of up to {evidence.longest} octets; 998 are allowed.",
    remedy="In {evidence.where}, let the body be encoded as quoted-printable or base64; with PHPMailer: "
    "$phpmailer->Encoding = 'quoted-printable' in an action on phpmailer_init.",
    copy="{evidence.proposed}",
    meaning="A server on the way may break such a line (then the DKIM signature does not hold) or refuse the mail.",
    proof="The lines were counted as they came (RFC 5322 §2.1.1).",
    kind=CauseKind.PLUGIN,
    impact=Impact.DEGRADED,
)
EIGHT_BIT = Code(
    "message.eight_bit_undeclared",
    Verdict.WARN,
    "The message of {subject} has letters beyond ASCII that it does not declare: {evidence.places}.",
    remedy="In {evidence.where}, update the program that writes the mail: it has to encode names and subject "
    "(RFC 2047) and to write MIME-Version and a charset.",
    meaning="Receivers show garbage for such letters, servers on the way encode them anew, and then the DKIM "
    "signature does not hold.",
    proof="Octets above 127 where RFC 5322 and RFC 2045 allow none.",
    kind=CauseKind.PLUGIN,
    impact=Impact.DEGRADED,
)

CODES: tuple[Code, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Code))
