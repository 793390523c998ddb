"""The finding codes of the address that hands mail over: its reverse name, the name it says, and what it stands on."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

_LETTER = "{evidence.letter}"
_WHO = "Only who owns the address can set its reverse name: {evidence.owner}. "
_CHECK = (
    "dig +short -x {subject}, then dig +short with the name that it shows and {evidence.family}: that has to be "
    "{subject}."
)

PTR_CONFIRMED = Code(
    "reputation.ptr_confirmed",
    Verdict.PASS,
    "{subject} is called {evidence.confirmed}, and that name leads back to it.",
    meaning="Receivers see an address whose owner stands by its name. Gmail and Yahoo demand this of everybody.",
    proof="The PTR record of the address, and the A or AAAA record of the name, in the evidence.",
    kind=CauseKind.HOST,
    impact=Impact.ADVICE,
)
PTR_GENERIC = Code(
    "reputation.ptr_generic",
    Verdict.WARN,
    "{subject} has only a numbered name, as providers give to every line: {evidence.confirmed}.",
    remedy=_WHO + "{evidence.advice} Or send through a relay, then its address counts: enter it in the site's mail "
    "plugin.",
    copy="{evidence.wanted}",
    letter=_LETTER,
    meaning="The name leads back to the address, so nothing is broken. Some receivers, T-Online among them, take mail "
    "from such names for mail of a hacked home computer, and refuse or distrust it.",
    proof="The name spells out the address, or says that it is dynamic.",
    kind=CauseKind.HOST,
    impact=Impact.ADVICE,
)
PTR_MISSING = Code(
    "reputation.ptr_missing",
    Verdict.FAIL,
    "{subject} has no reverse name (PTR record).",
    remedy=_WHO + "{evidence.advice} Check it with: " + _CHECK,
    copy="{evidence.wanted}",
    letter=_LETTER,
    meaning="Gmail refuses such mail (550 5.7.25) or slows it down, Yahoo and many others refuse it too.",
    proof="The reverse zone was asked: there is no PTR record at the address's name under in-addr.arpa or ip6.arpa.",
    kind=CauseKind.HOST,
    impact=Impact.ONE,
)
PTR_MISMATCH = Code(
    "reputation.ptr_mismatch",
    Verdict.FAIL,
    "{subject} is called {evidence.names}, and {evidence.leads}.",
    remedy="{evidence.advice} Check it with: " + _CHECK,
    copy="{evidence.wanted}",
    letter=_LETTER,
    meaning="Anybody can write any name into his own reverse zone. Receivers believe it only when the name's own zone "
    "leads back to the address: Gmail refuses the mail otherwise (550 5.7.25).",
    proof="The PTR records, and what the A or AAAA record of each name says, in the evidence.",
    kind=CauseKind.DNS,
    impact=Impact.ONE,
)
PTR_UNSEEN = Code(
    "reputation.ptr_unseen",
    Verdict.UNKNOWN,
    "The reverse name of {subject} could not be looked up: {evidence.failed}",
    remedy="Try again in some minutes. Does it last, ask the owner of the address ({evidence.owner}) to mend the name "
    "servers of its reverse zone, or name a resolver that works (--nameserver, or nameservers in the settings).",
    meaning="A name server did not answer or failed. Nothing is known; receivers that see the same defer the mail.",
    proof="What was asked, and what came instead of an answer.",
    kind=CauseKind.HOST,
    impact=Impact.ADVICE,
    temporary=True,
)
ADDRESS_UNKNOWN = Code(
    "reputation.address_unknown",
    Verdict.UNKNOWN,
    "It is not known from which address mail of {subject} reaches its receivers.",
    remedy="Paste the source of a mail that arrived into “Paste a message”, or run `diagnose message` on it; or name "
    "the address with --sends-from.",
    meaning="Reverse name, HELO name and address blocklists can be looked at only for a known address.",
    proof="Neither a message nor the settings showed the address that handed the mail to its receiver.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
ADDRESS_PRIVATE = Code(
    "reputation.address_private",
    Verdict.UNKNOWN,
    "Nothing was looked up for {subject}: it is {evidence.why}, which no receiver sees.",
    remedy="Find the public address behind it: paste the source of a mail that arrived into “Paste a message”; the "
    "receiver's own Received line names it.",
    meaning="Behind a NAT or a relay the machine's own address is not the one that receivers judge.",
    proof="The range that the address lies in.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
HELO_SOUND = Code(
    "reputation.helo_sound",
    Verdict.PASS,
    "{evidence.ip} calls itself {subject}, a full name that {evidence.leads}.",
    meaning="RFC 5321 asks for a full name that exists. Better still is one that leads to the address itself.",
    proof="The A, AAAA or MX records of the name, in the evidence.",
    kind=CauseKind.HOST,
    impact=Impact.ADVICE,
)
HELO_INVALID = Code(
    "reputation.helo_invalid",
    Verdict.WARN,
    "{evidence.ip} calls itself {subject} in HELO: {evidence.why}.",
    remedy="Set the mail server's name to {evidence.wanted}: Postfix main.cf `myhostname`, Exim `primary_hostname`, "
    "cPanel WHM → Change Hostname, Plesk → Server Settings → Full hostname.{evidence.at_provider}",
    copy="{evidence.wanted}",
    letter=_LETTER,
    meaning="RFC 5321 §4.1.1.1 wants a full host name. Many receivers refuse anything else (Postfix: Helo command "
    "rejected) or count it as a sign of a bot.",
    proof="The name that the server said in EHLO or HELO, as a message or the settings show it.",
    kind=CauseKind.HOST,
    impact=Impact.DEGRADED,
)
HELO_UNRESOLVED = Code(
    "reputation.helo_unresolved",
    Verdict.WARN,
    "{evidence.ip} calls itself {subject} in HELO, and that name {evidence.leads}.",
    remedy="At the DNS host of the zone that holds {subject}, add an {evidence.family} record with the name {subject} "
    "and the value {evidence.ip}{evidence.alternative}.{evidence.at_provider}",
    copy="{evidence.ip}",
    letter=_LETTER,
    meaning="RFC 5321 §2.3.5 wants a name that resolves. Receivers that check it refuse (450 or 550 Helo command "
    "rejected: Host not found).",
    proof="The name was asked for A, AAAA and MX records; there is none.",
    kind=CauseKind.DNS,
    impact=Impact.DEGRADED,
)
HELO_UNSEEN = Code(
    "reputation.helo_unseen",
    Verdict.UNKNOWN,
    "Whether {subject}, the HELO name of {evidence.ip}, exists could not be looked up: {evidence.failed}",
    remedy="Try again in some minutes. Does it last, ask the DNS host of that name to mend its name servers.",
    meaning="A name server did not answer or failed. Nothing is known about the name.",
    proof="What was asked, and what came instead of an answer.",
    kind=CauseKind.DNS,
    impact=Impact.ADVICE,
    temporary=True,
)

CODES: tuple[Code, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Code))
