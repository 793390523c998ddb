"""A test entry's way: what the browser saw and what the site answered, as stages.

Pure. A stage that nobody saw is `unknown` and says why; a stage that this form does not have is `none`.
"""

from __future__ import annotations

from diagnostics.forms.form import Form, Notification
from diagnostics.forms.trace.answer import Answer, Mail
from diagnostics.forms.trace.seen import Seen
from diagnostics.forms.trace.stages import NO_MAILBOX, SeenAs, Stage, Trace, trace

BLIND = {"no_browser", "not_allowed", "limit", "broke"}  # the fault of our look, not of the page
PAST = ("form.submitted", "form.failed", "form.spam")  # outcomes of an entry whose fields were accepted


def way_of(form: Form, seen: Seen, answer: Answer, *, exempt: bool = True) -> Trace:
    """The whole way of a test entry of *form*."""
    stages = [
        _shown(seen),
        _pressed(seen),
        _arrived(seen, answer),
        _validated(answer),
        _spam(answer, exempt),
        _kept(form, answer),
        _composed(form, answer),
        _handed(form, answer),
        _accepted(form, answer),
        *_arrival(form, answer),
    ]
    return trace("canary", stages, answer.spent_at or seen.posted_at or None)


def tells_staff(form: Form) -> list[Notification]:
    """The notifications that are on and go to somebody other than the visitor."""
    return [each for each in form.notifications if each.on and (each.to or not each.to_field)]


def _shown(seen: Seen) -> Stage:
    proof = {"page": seen.url, "status": seen.page_status or None}
    if seen.came_as_far_as("form"):
        return Stage("shown", "pass", "The page shows the form.", proof)
    if seen.code in BLIND:
        return Stage("shown", "unknown", f"The browser could not look: {(seen.why or seen.code).rstrip('.')}.", proof)
    if seen.came_as_far_as("page"):
        return Stage("shown", "fail", f"The page does not show the form. {_because(seen)}".strip(), proof)
    return Stage("shown", "fail", f"The page did not come. {_because(seen)}".strip(), proof)


def _because(seen: Seen) -> str:
    """Why it came no further, as a sentence."""
    return f"{seen.why[:1].upper()}{seen.why[1:].rstrip('.')}." if seen.why else ""


def _pressed(seen: Seen) -> Stage:
    if seen.came_as_far_as("sent"):
        return Stage("pressed", "pass", "Filled in, pressed, and the browser sent it.", {"at": seen.posted_at})
    if seen.code in BLIND:
        return Stage("pressed", "unknown", f"The browser could not look: {(seen.why or seen.code).rstrip('.')}.")
    if seen.came_as_far_as("pressed"):
        return Stage("pressed", "fail", f"Pressed, and nothing was sent. {_because(seen)}".strip())
    if seen.came_as_far_as("form"):
        return Stage("pressed", "fail", f"It could not be filled in and pressed. {_because(seen)}".strip())
    return Stage("pressed", "unknown", "Not reached.")


def _arrived(seen: Seen, answer: Answer) -> Stage:
    proof = {"status": answer.http_status or seen.posted_status or None, "at": answer.spent_at, "to": seen.target}
    if answer.arrived:
        return Stage("arrived", "pass", "WordPress received the entry.", proof)
    if answer.state == "unknown" or not seen.came_as_far_as("sent"):
        return Stage("arrived", "unknown", "Whether it reached WordPress is not known.", proof)
    said = f"answered {seen.posted_status}" if seen.posted_status else (seen.failed or "no answer came")
    return Stage("arrived", "fail", f"Sent ({said}), and it never reached the form in WordPress.", proof)


def _validated(answer: Answer) -> Stage:
    proof = {"outcome": answer.event, "status": answer.status}
    if answer.event in PAST:
        return Stage("validated", "pass", "The form took every field.", proof)
    if answer.event == "form.rejected":
        fields = ", ".join(answer.invalid) or "a field that it does not name"
        return Stage("validated", "fail", f"Refused because of {fields}.", {**proof, "fields": list(answer.invalid)})
    if answer.fatal:
        where = f" in {answer.fatal_in}" if answer.fatal_in else ""
        if answer.mails or answer.kept:
            return Stage("validated", "pass", "The form took every field.", proof)
        return Stage("validated", "fail", f"PHP died with {answer.fatal}{where}.", {**proof, "fatal": answer.fatal})
    if answer.arrived and answer.ended:
        return Stage("validated", "fail", "The form plugin came to no outcome.", proof)
    return Stage("validated", "unknown", "The form's outcome is not known.", proof)


def _spam(answer: Answer, exempt: bool) -> Stage:
    if answer.event == "form.spam":
        by = answer.spam_by or "the form plugin"
        return Stage("spam", "fail", f"Taken for spam by {by}.", {"by": by})
    if exempt:
        return Stage("spam", "unknown", "Not judged: a test entry is let past captcha and spam filters.")
    if answer.event in PAST:
        return Stage("spam", "pass", "No filter held it back.")
    return Stage("spam", "unknown", "No verdict is known.")


def _kept(form: Form, answer: Answer) -> Stage:
    proof = {"entry": answer.entry, "deleted again": answer.forgotten}
    if answer.kept:
        return Stage("kept", "pass", "Kept at the site" + (", and deleted again." if answer.forgotten else "."), proof)
    if form.keeps is False:
        return Stage("kept", "none", "This form keeps no entries.")
    if answer.kept is False and form.keeps and answer.event in PAST:
        return Stage("kept", "fail", "This form keeps entries, and this one is not among them.", proof)
    if answer.kept is False:
        return Stage("kept", "none", "This entry was not kept; this form may keep none.")
    return Stage("kept", "unknown", "Whether the form keeps entries is not known.")


def _composed(form: Form, answer: Answer) -> Stage:
    names = [each.title or each.id for each in form.notifications]
    if form.notifications and not tells_staff(form) and any(not each.on and each.to for each in form.notifications):
        return Stage("composed", "fail", "The notification to the site's own people is switched off.", {"off": names})
    if answer.mails:
        number = len(answer.mails)
        return Stage("composed", "pass", f"{number} mail{'s' if number > 1 else ''} written.", {"mails": number})
    if answer.event not in ("form.submitted", "form.failed"):
        return Stage("composed", "unknown", "Whether a mail was written is not known.")
    if not form.notifications:
        verdict: SeenAs = "none" if form.keeps else "fail"
        return Stage("composed", verdict, "This form has no notification.")
    if not any(each.on for each in form.notifications):
        return Stage("composed", "fail", "Every notification is switched off.", {"notifications": names})
    return Stage("composed", "fail", "No mail was written, although a notification is on.", {"notifications": names})


def _handed(form: Form, answer: Answer) -> Stage:
    if no_mail := _no_mail(form, answer, "handed"):
        return no_mail
    if all(each.outcome == "held" for each in answer.mails):
        return Stage("handed", "unknown", "Held back: no mailbox for test mails is set for this site.")
    return Stage("handed", "pass", "Given to the site's mailer.", {"mailer": _mailers(answer)})


def _accepted(form: Form, answer: Answer) -> Stage:
    if no_mail := _no_mail(form, answer, "accepted"):
        return no_mail
    if broken := failed_mail(answer):
        host = broken.host or "the mailer"
        said = broken.error or ("no end came" if broken.outcome == "hung" else "no reason given")
        return Stage("accepted", "fail", f"{host}: {said}"[:300], {"host": broken.host, "error": broken.error})
    taken = [each for each in answer.mails if each.outcome == "sent"]
    if not taken:
        return Stage("accepted", "unknown", "The mailer does not say whether anybody took the mail.")
    by = taken[0].host or {"api": "the provider's API"}.get(taken[0].mailer, "the web server's own queue")
    return Stage("accepted", "pass", f"Accepted by {by}.", {"host": taken[0].host, "reply": taken[0].reply})


def _arrival(form: Form, answer: Answer) -> list[Stage]:
    names = ("delivered", "inbox")
    if none := _no_mail(form, answer, "delivered"):
        return [Stage(name, none.verdict, none.words) for name in names]
    return [Stage(name, "unknown", NO_MAILBOX) for name in names]


def _no_mail(form: Form, answer: Answer, stage: str) -> Stage | None:
    if answer.mails:
        return None
    if not form.notifications and form.keeps:
        return Stage(stage, "none", "This form sends no mail.")
    return Stage(stage, "unknown", "No mail was seen.")


def failed_mail(answer: Answer) -> Mail | None:
    """The first mail of the entry that nobody took."""
    return next((each for each in answer.mails if each.outcome in ("failed", "hung")), None)


def _mailers(answer: Answer) -> str:
    return ", ".join(dict.fromkeys(each.mailer for each in answer.mails if each.mailer))
