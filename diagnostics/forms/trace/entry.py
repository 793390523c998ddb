"""The way of one kept entry of a visitor's: what the site's database and its history of mails say (`form.entry`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diagnostics.forms.form import Form
from diagnostics.forms.trace.stages import NO_MAILBOX, Stage, Trace, trace
from diagnostics.printable import printable

UNSEEN = "A visitor's browser is not seen from here."


def way_of_entry(form: Form, raw: Mapping[str, Any], at: str | None) -> Trace:
    """The stages of the entry that *raw*, the site's answer, is about; *at*: when it came, ISO 8601."""
    return trace("entry", [*_taken(form, raw), *_mailed(form, raw)], at)


def _taken(form: Form, raw: Mapping[str, Any]) -> list[Stage]:
    found, by = raw.get("found"), printable(str(raw.get("spam_by") or ""), 80)
    stages = [
        Stage("shown", "unknown", UNSEEN),
        Stage("pressed", "unknown", UNSEEN),
        Stage("arrived", "pass", "WordPress received the entry."),
        Stage("validated", "pass", "The form took every field."),
    ]
    if raw.get("spam") is True:
        stages.append(Stage("spam", "fail", f"Taken for spam by {by or 'the form plugin'}.", {"by": by}))
    elif raw.get("spam") is False:
        stages.append(Stage("spam", "pass", "No filter holds it back."))
    if found is True:
        stages.append(Stage("kept", "pass", "It is among the kept entries."))
    elif form.keeps is False:
        stages.append(Stage("kept", "none", "This form keeps no entries."))
    elif found is False:
        stages.append(Stage("kept", "unknown", "It is not there now: never kept, or deleted since."))
    return stages


def _mailed(form: Form, raw: Mapping[str, Any]) -> list[Stage]:
    told = raw.get("mails")
    mails = [each for each in told if isinstance(each, Mapping)] if isinstance(told, list) else []
    if not mails:
        on = [each for each in form.notifications if each.on]
        words = "No mail of it is known." if on else "No notification of the form is on."
        return [Stage("composed", "unknown" if on or not form.notifications else "fail", words)]
    stages = [
        Stage("composed", "pass", f"{len(mails)} mail{'s' if len(mails) > 1 else ''} written."),
        Stage("handed", "pass", "Given to the site's mailer.", {"mailer": _text(mails[0], "mailer")}),
    ]
    broken = next((each for each in mails if each.get("outcome") in ("failed", "hung")), None)
    sent = next((each for each in mails if each.get("outcome") == "sent"), None)
    if broken is not None:
        said = _text(broken, "error") or ("no end came" if broken.get("outcome") == "hung" else "no reason given")
        stages.append(Stage("accepted", "fail", f"{_text(broken, 'host') or 'the mailer'}: {said}"[:300]))
    elif sent is not None:
        stages.append(Stage("accepted", "pass", f"Accepted by {_text(sent, 'host') or 'the site’s mailer'}."))
    return [*stages, Stage("delivered", "unknown", NO_MAILBOX), Stage("inbox", "unknown", NO_MAILBOX)]


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw.get(name)
    return printable(value, 250) if isinstance(value, str) else ""
