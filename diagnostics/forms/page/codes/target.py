"""Codes of where an entry goes: the form's target, and the REST and admin-ajax roads for visitors."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

MIXED = Code(
    "form.page.mixed_content",
    Verdict.FAIL,
    "{evidence.title} is on a secure page ({evidence.page}) and sends to {evidence.target}, which is not: browsers "
    "block it or warn.",
    remedy="In wp-admin, Settings → General, begin both addresses (WordPress Address, Site Address) with `https://`; "
    "are they grey, they stand in wp-config.php (WP_HOME, WP_SITEURL). Then empty the page cache.",
    meaning="A script's request from https to http is blocked without a word to the visitor; a form's makes the "
    "browser ask whether it is safe.",
    proof="The page came by https; the form's action or the plugin's script object says http.",
    kind=CauseKind.SETTINGS,
)
ELSEWHERE = Code(
    "form.page.posts_elsewhere",
    Verdict.FAIL,
    "{evidence.title} on {evidence.page} sends its entries to {evidence.target_host}, which is not this site.",
    remedy="Did you not choose this, treat the site as broken into: look at the form in {evidence.screen} and at the "
    "last changed files, and ask the web host for a scan. Is it the old or the staging address, set both addresses in "
    "wp-admin, Settings → General, to {evidence.site} and replace the old one in the database (`wp search-replace`).",
    meaning="Visitors' words go to another host, and this site gets nothing.",
    proof="The form's action or the plugin's script object names another registered domain.",
    kind=CauseKind.SETTINGS,
)
OTHER_ORIGIN = Code(
    "form.page.other_origin",
    Verdict.FAIL,
    "{evidence.page} is at {evidence.origin}, and {evidence.title} sends by script to {evidence.target_origin}: "
    "browsers do not let it through.",
    remedy="Let one of the two be the only one: in wp-admin, Settings → General, set both addresses to "
    "{evidence.origin}, or have the host send {evidence.origin} to {evidence.target_origin} (301).",
    meaning="For a browser `www.` and without, http and https are two sites. A script of one may not read the answers "
    "of the other, so the visitor sees an error or an endless spinner.",
    proof="The plugin's script object names another origin, and that one, asked as the script asks, allows none but "
    "its own.",
    kind=CauseKind.SETTINGS,
)
UNUSABLE = Code(
    "form.page.target_unusable",
    Verdict.FAIL,
    "{evidence.title} on {evidence.page} sends to {evidence.target}, which is no web address that can be reached.",
    remedy="In wp-admin, {evidence.screen}, open the form and take the own address out of its settings (or its HTML's "
    "`action`): empty means “this page”, and is right.",
    meaning="A click on the button leads nowhere.",
    proof="The form's action, resolved as a browser does it.",
    kind=CauseKind.CONTENT,
    impact=Impact.ONE,
)
REST_BLOCKED = Code(
    "form.page.rest_blocked",
    Verdict.FAIL,
    "Visitors are refused at the site's REST interface ({evidence.status} {evidence.said}): {evidence.title} sends its "
    "entries there.",
    remedy="In the security plugin's settings, allow the REST API for visitors, or at least the route "
    "`{evidence.namespace}` ({evidence.where}). Is it no plugin, ask the host to take the rule for /wp-json/ away.",
    meaning="The button spins or says “error”, and no entry reaches WordPress. Who is logged in is let through, and "
    "sees no fault.",
    proof="The plugin's own route was asked as a visitor asks it, by GET.",
    kind=CauseKind.SETTINGS,
)
AJAX_BLOCKED = Code(
    "form.page.ajax_blocked",
    Verdict.FAIL,
    "Visitors are refused at wp-admin/admin-ajax.php ({evidence.status}): {evidence.title} sends its entries there.",
    remedy="Take admin-ajax.php out of the lock on wp-admin: in the security plugin's settings ({evidence.where}), or "
    "at the host, in the rule that protects /wp-admin/, allow the file `admin-ajax.php`.",
    meaning="The button spins, and no entry reaches WordPress.",
    proof="A POST with an action that nobody has: WordPress itself answers 400 and “0”.",
    kind=CauseKind.SETTINGS,
)
POST_BLOCKED = Code(
    "form.page.post_blocked",
    Verdict.FAIL,
    "Visitors are refused at {evidence.road} ({evidence.status}), where {evidence.title} sends its entries.",
    remedy="In the security plugin's settings or at the host, take away the rule that blocks {evidence.road}.",
    meaning="What visitors write does not reach WordPress.",
    proof="The address was asked as a visitor asks it, by GET: WordPress itself answers 405.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ONE,
)
ROAD_UNSEEN = Code(
    "form.page.road_unseen",
    Verdict.UNKNOWN,
    "Whether entries of {evidence.title} get through to {evidence.road} could not be seen: {evidence.why}.",
    remedy="Send the form once in a browser that is not logged in.",
    meaning="The page is there; of the road that the entry takes nothing is known.",
    proof="The road was asked once, harmlessly.",
    kind=CauseKind.HOST,
    impact=Impact.ONE,
)

CODES = (MIXED, ELSEWHERE, OTHER_ORIGIN, UNUSABLE, REST_BLOCKED, AJAX_BLOCKED, POST_BLOCKED, ROAD_UNSEEN)
