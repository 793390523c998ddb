"""Codes of the search for a plugin that breaks a form."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

_TRIES = "Each try: which plugins were left out for it, and how far the form came."

CULPRIT = Code(
    "form.conflict.culprit",
    Verdict.WARN,
    "{evidence.title} is broken by the plugin {evidence.name}: without it alone the form works.",
    remedy="In wp-admin, Plugins, update {evidence.name}; if the form is still broken, deactivate it there, or install "
    "the version from before it changed, and tell its makers: “{evidence.title} on {evidence.page} works only without "
    "{evidence.name}.” Then press “Test” in Aftercare → Forms.",
    meaning="The form was tried with the site's other plugins left out in halves, for the test's own requests only. "
    "With all of them it fails, without this one it works. A ticket of the broken form stays open until it works.",
    proof=_TRIES,
    kind=CauseKind.PLUGIN,
    impact=Impact.ADVICE,
)
SEVERAL = Code(
    "form.conflict.several",
    Verdict.WARN,
    "{evidence.title} is broken by more than one plugin, among {evidence.names}.",
    remedy="In wp-admin, Plugins, on a copy of the site, deactivate these together: {evidence.names}. The form works "
    "then. Activate them again one by one, and test the form after each.",
    meaning="Without all of these the form works; without any one of them alone it does not.",
    proof=_TRIES,
    kind=CauseKind.PLUGIN,
    impact=Impact.ADVICE,
)
NOT_A_PLUGIN = Code(
    "form.conflict.not_a_plugin",
    Verdict.PASS,
    "{evidence.title} fails without the site's other plugins too: none of the {evidence.count} that may be left out "
    "breaks it.",
    meaning="What breaks the form lies in the form's own plugin, the theme, the server, or one of the plugins that are "
    "never left out: {evidence.kept}.",
    proof=_TRIES,
    kind=CauseKind.PLUGIN,
    impact=Impact.ADVICE,
)
WORKS = Code(
    "form.conflict.works",
    Verdict.PASS,
    "{evidence.title} works with all plugins: there is nothing to search for.",
    meaning="A test entry went through as a visitor's would.",
    proof=_TRIES,
    kind=CauseKind.PLUGIN,
    impact=Impact.ADVICE,
)
UNSEEN = Code(
    "form.conflict.unseen",
    Verdict.UNKNOWN,
    "{evidence.title}: the search for a plugin that breaks it came to no end, as a try could not be judged: "
    "{evidence.why}",
    remedy="In Aftercare → Forms in wp-admin, test the form, see to it that the page answers, and press “Which plugin "
    "breaks it?” again.",
    meaning="Nothing is known of a conflict; none of the plugins is accused.",
    proof=_TRIES,
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
NOT_ALLOWED = Code(
    "form.conflict.not_allowed",
    Verdict.UNKNOWN,
    "{subject}: no plugin was left out: {evidence.why}",
    remedy="{evidence.then}",
    meaning="For the search a must-use file has to be put there, which only an administrator of the site allows.",
    proof="The site's answer to `conflict.begin`.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
NO_FORM = Code(
    "form.conflict.no_form",
    Verdict.UNKNOWN,
    "{subject}: the search was not begun: {evidence.why}",
    remedy="Start it for one form: on the site's page Forms in the console, or with `aftercare run SITE "
    "form-plugin-conflict --form PLUGIN:ID`.",
    meaning="A search tries one form up to a dozen times, so it is made for a form that somebody named.",
    proof="The form that was named, and the site's answer to `forms.list`.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
CODES = (CULPRIT, SEVERAL, NOT_A_PLUGIN, WORKS, UNSEEN, NOT_ALLOWED, NO_FORM)
