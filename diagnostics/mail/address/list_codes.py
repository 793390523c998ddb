"""The finding codes of blocklists: listed and by whom to be mended, clean, or no word that can be believed."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

LISTED = Code(
    "reputation.listed",
    Verdict.FAIL,
    "{subject} is on {evidence.count_words}: {evidence.what}.",
    remedy="First find the cause, or it comes back: {evidence.cause} Then ask for removal on the list's own page: "
    "{evidence.pages}. {evidence.owner_advice}",
    copy="{evidence.pages}",
    letter="{evidence.letter}",
    meaning="Receivers that ask this list refuse the mail, or put it into spam. A list holds who sent to its traps or "
    "was reported, not who was guessed at: something did send.",
    proof="The list's answer, with its code and its own words; both test entries of RFC 5782 were right, so the list "
    "works and answers this resolver.",
    kind=CauseKind.RELAY,
    impact=Impact.ONE,
)
RELAY_LISTED = Code(
    "reputation.relay_listed",
    Verdict.WARN,
    "{subject}, an address of {evidence.provider_title}, is on {evidence.count_words}: {evidence.what}.",
    remedy="Send the words below to the support of {evidence.provider_title}: the address is theirs, many customers "
    "share it, and only they can mend it. Do replies name this list, ask for another pool of addresses or a "
    "dedicated one. {evidence.pages}",
    copy="{evidence.pages}",
    letter="{evidence.letter}",
    meaning="Some receivers refuse what comes from this address, whoever sent it. Another customer of the provider may "
    "be the cause; the next mail can leave by another address.",
    proof="The list's answer, with its code and its own words; both test entries of RFC 5782 were right.",
    kind=CauseKind.RELAY,
    impact=Impact.DEGRADED,
)
POLICY_LISTED = Code(
    "reputation.policy_listed",
    Verdict.FAIL,
    "{subject} is on {evidence.count_words} of addresses that should send no mail of their own: {evidence.what}.",
    remedy="Set a relay in the site's mail plugin (host, port 587, log-in) instead of sending from {subject} itself. "
    "Must it send itself, its provider has to release it, or you: {evidence.pages}",
    copy="{evidence.pages}",
    letter="{evidence.letter}",
    meaning="It says nothing of any mail that was sent: the address is one of a home line or a cloud machine. "
    "Receivers that ask the list refuse everything that comes from it directly.",
    proof="The list's answer, with its code; both test entries of RFC 5782 were right.",
    kind=CauseKind.HOST,
    impact=Impact.ONE,
)
NOT_LISTED = Code(
    "reputation.not_listed",
    Verdict.PASS,
    "{evidence.asked_words} {subject}.{evidence.note}",
    meaning="No list that was asked and could be believed names this address or domain.",
    proof="Each list's answer, and its two test entries of RFC 5782, which were right. The lists that were not asked, "
    "and their terms, are in the evidence.",
    kind=CauseKind.RELAY,
    impact=Impact.ADVICE,
)
LIST_UNKNOWN = Code(
    "reputation.list_unknown",
    Verdict.UNKNOWN,
    "{subject} gave no word that can be believed: {evidence.why}.",
    remedy="{evidence.advice} Its terms: {evidence.terms}",
    meaning="Neither listed nor clean. Tools that read such an answer as a listing raise false alarms; those that read "
    "it as clean miss real ones.",
    proof="What the list, or the name server instead of it, answered; its test entries tell whether it works.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
LISTS_OFF = Code(
    "reputation.lists_off",
    Verdict.UNKNOWN,
    "No blocklist was asked about {subject}: {evidence.why}.",
    remedy="Name the lists whose terms you keep in the setting `blocklists`, several separated by spaces: "
    "{evidence.names}",
    meaning="Whether a list holds the address is not known.",
    proof="The lists that are set, in the evidence.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ADVICE,
)
LIST_UNSET = Code(
    "reputation.list_unset",
    Verdict.UNKNOWN,
    "“{subject}” in the setting `blocklists` is no blocklist that Aftercare knows.",
    remedy="Correct the name in the setting `blocklists`; known are {evidence.names}.",
    meaning="This list was not asked.",
    proof="The name, and those that are known.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ADVICE,
)

CODES: tuple[Code, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Code))
