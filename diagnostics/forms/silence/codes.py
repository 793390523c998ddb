"""The finding codes of a form's rhythm: within it, unlikely, silent; refused or called spam more often than before."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

_ODDS = (
    "The form's entries per hour and day of the week, in the site's own time, from at least seven days before the gap; "
    "holidays and the same weeks of last year lower what is expected. The figures and the chart's band are in the "
    "evidence."
)

WITHIN = Code(
    "form.silence.within",
    Verdict.PASS,
    "{evidence.name} took its last entry {evidence.since}, which is within its rhythm: {evidence.expected} were to be "
    "expected until {evidence.until}.",
    meaning="The form takes entries about as often as it did before.",
    proof=_ODDS,
    kind=CauseKind.PLUGIN,
    impact=Impact.ADVICE,
)
UNLIKELY = Code(
    "form.silence.unlikely",
    Verdict.WARN,
    "{evidence.name} has taken no entry since {evidence.since}, {evidence.gap_time} ago. {evidence.expected} were to "
    "be expected; while it works, that happens once in {evidence.once_time}.{evidence.visits_words}",
    remedy="A test entry settles it: in wp-admin, open the Aftercare screen and press Test beside the form "
    "{evidence.name} ({evidence.page_words}). Aftercare sends one by itself where the form may be tried.",
    meaning="This can be chance. A form that is broken looks just so, and nobody complains of it.",
    proof=_ODDS,
    kind=CauseKind.PLUGIN,
    impact=Impact.ADVICE,
)
SILENT = Code(
    "form.silent",
    Verdict.FAIL,
    "{evidence.name} has taken no entry since {evidence.since}, {evidence.gap_time} ago. {evidence.expected} were to "
    "be expected; while it works, that happens once in {evidence.once_time}.{evidence.visits_words} "
    "{evidence.others_words}",
    remedy="Open {evidence.page_words} in a private browser window, as a visitor: is the form there, and does a "
    "message of yours (write TEST) arrive? If not, in wp-admin press Test beside {evidence.name} on the Aftercare "
    "screen: it names the stage at which entries are lost. {evidence.advice}",
    meaning="Visitors' entries do not reach the site any more, or the form's page no longer reaches visitors.",
    proof=_ODDS + " A gap as unlikely as this one is an alarm by itself from once in 200 weeks on.",
    kind=CauseKind.PLUGIN,
    impact=Impact.ONE,
    follow_up="a test entry in a real browser",
)
NO_VISITORS = Code(
    "form.silence.no_visitors",
    Verdict.WARN,
    "{evidence.name} has taken no entry since {evidence.since}, and hardly anybody came: {evidence.visitors_words}.",
    remedy="Look for the visitors, not at the form: open {evidence.page_words} from another network; is it there, look "
    "in the site's statistics and search console for the day on which visits fell, and at advertisements that ended. "
    "Do the statistics know of no fall, something keeps visitors' browsers from telling (an optimiser that drops "
    "scripts, a cache): then press Test beside {evidence.name} on the Aftercare screen in wp-admin.",
    meaning="The visitors are missing, not the form: with so few the silence says nothing of it. Where they went is "
    "another question. A test entry is sent all the same.",
    proof="The views of the form's page in the gap, beside those of the same hours in the four weeks before, told by "
    "visitors' browsers where the admin switched that on.",
    kind=CauseKind.CONTENT,
    impact=Impact.DEGRADED,
)
YOUNG = Code(
    "form.silence.young",
    Verdict.UNKNOWN,
    "The rhythm of {evidence.name} is not known yet: {evidence.learned} of {evidence.needed} days were counted.",
    remedy="Nothing has to be done: it is learned by itself. Until then, test entries in wp-admin on the Aftercare "
    "screen tell whether the form works.",
    meaning="Whether the form's silence is one cannot be said before a week with entries was counted.",
    proof="The days since the form's first event, in the evidence.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
FEW = Code(
    "form.silence.few",
    Verdict.UNKNOWN,
    "{evidence.name} takes too few entries to tell its silence: {evidence.a_week} a week. It is only tried.",
    remedy="Nothing has to be done: test entries in wp-admin on the Aftercare screen tell whether the form works.",
    meaning="With an entry a week or fewer, a broken form looks for weeks like one that nobody uses.",
    proof=_ODDS,
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
NO_ENTRY = Code(
    "form.silence.no_entry",
    Verdict.UNKNOWN,
    "{evidence.name} has taken no entry since Aftercare counts there.",
    remedy="Is the form in use, send one test entry: in wp-admin, on the Aftercare screen, press Test beside it.",
    meaning="Where no entry ever came, none can be missed, and nothing is proved either.",
    proof="No event of the form says that an entry was taken.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
OFF = Code(
    "form.silence.off",
    Verdict.UNKNOWN,
    "{evidence.name} is switched off: it takes no entries.",
    remedy="Should it take entries, switch the form on again in wp-admin, in the form's own settings of "
    "{evidence.plugin}.",
    meaning="A form that is off is not missed.",
    proof="The form plugin's own list of forms.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
GONE = Code(
    "form.silence.gone",
    Verdict.UNKNOWN,
    "The form {subject} took an entry {evidence.since} and is no longer among the forms of {evidence.plugin}.",
    remedy="Was it not deleted on purpose, restore it in wp-admin from the trash of {evidence.plugin}, or from a "
    "backup, and look whether its page still shows a form.",
    meaning="A form that was deleted takes no entries. A page that still names it shows an error, or nothing.",
    proof="The form plugin's own list of forms, and the form's last entry.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
UNHEARD = Code(
    "form.silence.unheard",
    Verdict.UNKNOWN,
    "Whether {evidence.name} took entries since {evidence.until} is not known: the site has told nothing since then.",
    remedy="Open the Aftercare screen in wp-admin: it says why nothing can be told. Is the site down, begin there.",
    meaning="Up to then the form was within its rhythm. What came later may wait on the site to be told.",
    proof="When the site last told anything at all, in the evidence.",
    kind=CauseKind.HOST,
    impact=Impact.ADVICE,
)
NO_FORMS = Code(
    "form.silence.no_forms",
    Verdict.UNKNOWN,
    "{subject} has told of no form yet.",
    remedy="Has the site a form, send a test entry on its page; is it of a plugin that Aftercare does not know (the "
    "list is in docs/plugin.md), its entries cannot be seen.",
    meaning="Without a form's events nothing can be said of its silence.",
    proof="No event of a form, and no form in the site's own list.",
    kind=CauseKind.QUESTION,
    impact=Impact.ADVICE,
)
REJECTED_MORE = Code(
    "form.rejected_more",
    Verdict.FAIL,
    "{evidence.name} refuses {evidence.share_words} of what visitors send since {evidence.since}; before that it was "
    "{evidence.before_words}. {evidence.entries} entries came where {evidence.expected} were to be expected.",
    remedy="In wp-admin, open the form {evidence.name} in {evidence.plugin} and look at what it demands"
    "{evidence.fields_words}: a field that is required and not shown, a format that honest answers do not have, a "
    "captcha or consent box that no longer loads. Then send a test entry from {evidence.page_words}. {evidence.advice}",
    meaning="Visitors press the button and are sent back. Some try again; the others are lost.",
    proof="What became of each post before and since, by the form's own events. By chance alone a jump like it comes "
    "once in {evidence.once_time} spans like this one.",
    kind=CauseKind.PLUGIN,
    impact=Impact.ONE,
    follow_up="a test entry in a real browser",
)
SPAM_MORE = Code(
    "form.spam_more",
    Verdict.FAIL,
    "{evidence.name} calls {evidence.share_words} of what it is sent spam since {evidence.since}; before that it was "
    "{evidence.before_words}. {evidence.entries} entries came where {evidence.expected} were to be expected.",
    remedy="In wp-admin, look through the spam of {evidence.name}{evidence.said_words} for visitors' entries and mark "
    "them as not spam; then loosen the filter (captcha score, word list, Akismet's strictness) and send a test entry "
    "from {evidence.page_words}. {evidence.advice}",
    meaning="More spam and fewer entries at the same time: visitors' entries are very likely among the spam.",
    proof="What became of each post before and since, by the form's own events. By chance alone a jump like it comes "
    "once in {evidence.once_time} spans like this one.",
    kind=CauseKind.PLUGIN,
    impact=Impact.ONE,
    follow_up="a test entry in a real browser, without exemption from the spam filters",
)

CODES = (
    WITHIN,
    UNLIKELY,
    SILENT,
    NO_VISITORS,
    YOUNG,
    FEW,
    NO_ENTRY,
    OFF,
    GONE,
    UNHEARD,
    NO_FORMS,
    REJECTED_MORE,
    SPAM_MORE,
)
