"""Codes of the form in its page: there, once, whole, with a word that is still accepted; and a stranger's."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

SOUND = Code(
    "form.page.sound",
    Verdict.PASS,
    "{evidence.title} is on {evidence.page}, whole, and what it needs comes with it.",
    meaning="Read as it came: the form, its target, hidden fields, captcha and scripts are in order. Whether it works "
    "when it is sent, the try in a browser tells.",
    proof="The page was fetched as a visitor without cookies gets it, once by its cache and once past it.",
)
NONE = Code(
    "form.page.no_form",
    Verdict.UNKNOWN,
    "No form of a plugin that is known here is in {evidence.page}.",
    remedy="Name the page that shows the form. A form of another service in a frame, or one that a script brings, can "
    "only be tried in a browser.",
    meaning="There was nothing to judge.",
    proof="The page's markup, read to its end.",
    kind=CauseKind.CONTENT,
    impact=Impact.ADVICE,
)
MISSING = Code(
    "form.page.form_missing",
    Verdict.FAIL,
    "{evidence.title} is not in {evidence.page} for a visitor, though the page's content in WordPress names it.",
    remedy="In wp-admin, open the page and put the form in again ({evidence.screen} has its shortcode); is it there in "
    "the editor, see whether the form is published and switched on, whether a rule shows it to some people only, and "
    "empty the page cache.",
    meaning="The page comes, without the form.",
    proof="The page was read to its end: no markup of this plugin's form with this number.",
    kind=CauseKind.CONTENT,
    impact=Impact.ONE,
)
NOT_DRAWN = Code(
    "form.page.not_drawn",
    Verdict.UNKNOWN,
    "{evidence.title} is not in {evidence.page} as it comes: {evidence.why}.",
    remedy="Open {evidence.page} in a browser that is not logged in, and look whether the form is there.",
    meaning="The plugin shows this form to some visitors only, or by a script: the page as it comes cannot tell.",
    proof="The page was read to its end: no markup of this form.",
    kind=CauseKind.CONTENT,
    impact=Impact.ADVICE,
)
SHORTCODE = Code(
    "form.page.shortcode_shown",
    Verdict.FAIL,
    "Visitors of {evidence.page} read {evidence.shortcode} in the place of the form: nobody turns it into one.",
    remedy="In wp-admin, Plugins → Installed Plugins, activate {evidence.plugin_title}. Is it active, write the "
    "shortcode anew in a Shortcode block, with straight quotes: text that was pasted often has curly ones.",
    copy="{evidence.shortcode}",
    meaning="The plugin that owns this shortcode is off, gone, or its update failed; or the text is not the plugin's.",
    proof="The shortcode stands in the page's visible text.",
    kind=CauseKind.PLUGIN,
    impact=Impact.ONE,
)
DELETED = Code(
    "form.page.form_deleted",
    Verdict.FAIL,
    "{evidence.page} shows “{evidence.words}” in the place of a form: the page names one that {evidence.plugin_title} "
    "does not have.",
    remedy="In wp-admin, {evidence.screen}, look whether the form is in the bin and restore it; else copy the "
    "shortcode of the form that took its place into the page.",
    meaning="The form was deleted, imported under another number, or set to draft.",
    proof="The plugin prints these words where it finds no form.",
    kind=CauseKind.CONTENT,
    impact=Impact.ONE,
)
TWICE = Code(
    "form.page.twice",
    Verdict.WARN,
    "{evidence.title} is {evidence.times} times in {evidence.page}: with {evidence.plugin_title} they get in each "
    "other's way.",
    remedy="In wp-admin, take all but one out of the page; for a second place (footer, pop-up) duplicate the form in "
    "{evidence.screen} and use the copy's shortcode.",
    meaning="Both have the same ids: labels, error messages and the script of one act on the other.",
    proof="The ids of the form stand in the page more than once.",
    kind=CauseKind.CONTENT,
    impact=Impact.DEGRADED,
)
HIDDEN_MISSING = Code(
    "form.page.hidden_missing",
    Verdict.FAIL,
    "{evidence.title} on {evidence.page} lacks the hidden field {evidence.missing}: {evidence.plugin_title} does not "
    "take an entry without it.",
    remedy="Put the form in by the plugin's own block or shortcode ({evidence.screen}), not by copied HTML, and empty "
    "the page cache. Does it still lack it, an optimiser takes it out: exclude this page there (WP Rocket: Advanced "
    "Rules → Never Cache URL(s); LiteSpeed Cache: Cache → Excludes).",
    meaning="The field says which form the entry is of, or that it came from the page.",
    proof="The form's controls, read as a browser binds them, are in the evidence.",
    kind=CauseKind.CONTENT,
    impact=Impact.ONE,
)
NONCE_EXPIRED = Code(
    "form.page.nonce_expired",
    Verdict.FAIL,
    "The page cache gives visitors of {evidence.page} a page that is {evidence.age_h} h old ({evidence.by}); its "
    "security word ({evidence.nonce}) is accepted for {evidence.life_h} h at most. {evidence.plugin_title} refuses "
    "every entry.",
    remedy="{evidence.where} set the life of cached pages below {evidence.safe_h} hours, or exclude {evidence.page} "
    "from the cache; then empty the cache once.",
    meaning="The cached page carries a word that the site no longer takes. Who is logged in gets no cached page, and "
    "sees no fault.",
    proof="The word in the page as it comes is another than past the cache, and the cache itself gives the page's age.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ONE,
)
NONCE_OUTLIVED = Code(
    "form.page.nonce_will_expire",
    Verdict.WARN,
    "{evidence.page} may stay in the cache for {evidence.cache_h} h ({evidence.by}); the security word of "
    "{evidence.title} is safe for {evidence.safe_h} h only.",
    remedy="{evidence.where} set the life of cached pages below {evidence.safe_h} hours, or exclude {evidence.page} "
    "from the cache.",
    meaning="It works until a page that old is given out; then entries are refused.",
    proof="The life that the cache's own header gives the page.",
    kind=CauseKind.SETTINGS,
    impact=Impact.DEGRADED,
)
NONCE_AGE = Code(
    "form.page.nonce_age_unknown",
    Verdict.UNKNOWN,
    "{evidence.page} comes from a cache that does not say how old it is; its security word is another than a fresh "
    "one.",
    remedy="Empty the page cache. Do entries come through afterwards, set the life of cached pages below "
    "{evidence.safe_h} hours in the cache plugin's settings.",
    meaning="The word may be of this day or expired: the try of the form tells.",
    proof="The word as it comes, and the word past the cache.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ONE,
)
STRANGER = Code(
    "form.page.stranger_form",
    Verdict.FAIL,
    "A form in {evidence.page} that no plugin of the site made asks for {evidence.asks} and sends it to "
    "{evidence.target_host}.",
    remedy="Is it not yours, the site was broken into: take the page offline, ask the web host for a scan and a clean "
    "backup, and change all passwords. Is it yours, make the address in the form's `action` one of your own domain.",
    meaning="A form laid over a page that sends passwords or cards to another host is how visitors are robbed.",
    proof="The form's fields and its target.",
    kind=CauseKind.CODE,
)

CODES = (
    SOUND,
    NONE,
    MISSING,
    NOT_DRAWN,
    SHORTCODE,
    DELETED,
    TWICE,
    HIDDEN_MISSING,
    NONCE_EXPIRED,
    NONCE_OUTLIVED,
    NONCE_AGE,
    STRANGER,
)
