"""The finding codes of a warm-up: on plan, ahead of it, hold, cold again, done. None of them stops a mail."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

_NEVER = "Aftercare only warns; it never stops or delays a mail of the site. "
_WHERE = (
    "in the newsletter plugin lower the batch (MailPoet → Settings → Send With → Sending frequency; The Newsletter "
    "Plugin → Settings → Max emails per hour; FluentCRM → Settings → Email Settings → emails per second)"
)

ON_PLAN = Code(
    "warm_up.on_plan",
    Verdict.PASS,
    "{evidence.advice}",
    meaning="The volume grows as receivers like it. A day counts as done when the site's own figures show that at "
    "least 80 % of its volume left.",
    proof="The plan and the site's own count of each day, in the evidence.",
    kind=CauseKind.CONTENT,
    impact=Impact.ADVICE,
)
AHEAD = Code(
    "warm_up.ahead",
    Verdict.WARN,
    "{subject} sends more than its warm-up allows: {evidence.sent_words}, and the plan allows {evidence.allowed_then}.",
    remedy="Spread what can wait over the next days: " + _WHERE + ". Mails that people wait for (orders, passwords) "
    "go out as they are. " + _NEVER + "{evidence.advice}",
    copy="{evidence.allowed} mails today",
    meaning="A jump in volume from a new address or domain is what receivers distrust most: they defer, then put into "
    "spam.",
    proof="The site's own count of the day is more than a fifth above what the plan allows.",
    kind=CauseKind.CONTENT,
    impact=Impact.DEGRADED,
)
HOLD = Code(
    "warm_up.hold",
    Verdict.WARN,
    "Hold the warm-up of {subject} where it is: {evidence.held_on} {evidence.hold}.",
    remedy="Send no more than {evidence.allowed} mails today: " + _WHERE + ". Remove addresses "
    "that bounced, and send first to people who opened or ordered lately. " + _NEVER + "The plan goes on after a day "
    "with fewer.",
    copy="{evidence.allowed} mails today",
    meaning="Receivers put mail off (more than 5 %) or refuse it (bounces above 3 %): they do not trust this much yet. "
    "Who pushes on is blocked.",
    proof="The site's own figures of that day, in the evidence.",
    kind=CauseKind.CONTENT,
    impact=Impact.DEGRADED,
)
IDLE = Code(
    "warm_up.idle",
    Verdict.WARN,
    "{subject} has sent nothing for {evidence.idle_days} days: receivers have forgotten it, and the warm-up begins "
    "again at {evidence.allowed} mails a day.",
    remedy="Begin again with {evidence.allowed} mails a day; is the warm-up no longer wanted, end the plan on the "
    "site's warm-up page. Should mail have left, look for why none did: press Diagnose on the site's mail.",
    copy="{evidence.allowed} mails today",
    meaning="After about 30 days without mail an address or domain counts as new again.",
    proof="The site's own count: no mail on any of these days.",
    kind=CauseKind.CONTENT,
    impact=Impact.ADVICE,
)
DONE = Code(
    "warm_up.done",
    Verdict.PASS,
    "The warm-up of {subject} reached its {evidence.target} mails a day on {evidence.finished_on}.",
    meaning="The volume that was planned has been sent, and receivers took it. It stays warm while mail goes on: after "
    "30 days without any it is cold again.",
    proof="The plan and the site's own count of each day, in the evidence.",
    kind=CauseKind.CONTENT,
    impact=Impact.ADVICE,
)
UNCOUNTED = Code(
    "warm_up.uncounted",
    Verdict.UNKNOWN,
    "Where the warm-up of {subject} stands is not known: no day of it was counted{evidence.why}.",
    remedy="Open the Aftercare screen in wp-admin, so that the site can be asked for its figures; then look again.",
    meaning="Without the site's own figures no day can be called done, and none ahead.",
    proof="Neither the site's count nor its events reach back into the plan.",
    kind=CauseKind.HOST,
    impact=Impact.ADVICE,
)
NOT_PLANNED = Code(
    "warm_up.not_planned",
    Verdict.UNKNOWN,
    "No warm-up is planned for {subject}.",
    remedy="Is the sending address or domain new, start a plan on the site's warm-up page: the mails a day that it is "
    "to reach, and the day on which it begins.",
    meaning="An address or domain that has sent for months needs none.",
    proof="The site has no plan.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
UNUSABLE = Code(
    "warm_up.unusable",
    Verdict.UNKNOWN,
    "The warm-up plan of {subject} cannot be used: {evidence.why}.",
    remedy="Correct the plan on the site's warm-up page: start, target, growth a day and first day.",
    meaning="From these figures no plan can be made.",
    proof="The plan as it is set, in the evidence.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ADVICE,
)

CODES: tuple[Code, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Code))
