"""Codes of what a form needs to come with the page: its scripts, jQuery, and the captcha with its keys."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

NO_FOOTER = Code(
    "form.page.no_footer",
    Verdict.FAIL,
    "The theme's pages end without what WordPress puts there: {evidence.page} has no script after the form, that of "
    "{evidence.plugin_title} neither.",
    remedy="In the theme's file footer.php, put this line before `</body>`; with a page builder's “blank” template, "
    "choose one with a footer.",
    copy="<?php wp_footer(); ?>",
    meaning="Plugins give their scripts to the theme's footer; a theme that does not call it drops them all.",
    proof="No script that WordPress prints stands between the form and the end of the page.",
    kind=CauseKind.CODE,
)
SCRIPT_MISSING = Code(
    "form.page.script_missing",
    Verdict.FAIL,
    "The script of {evidence.plugin_title} ({evidence.wanted}) is not in {evidence.page}: its button does nothing.",
    remedy="Empty the cache of the optimiser plugin and switch off its unloading of scripts for this page (Asset "
    "CleanUp, Perfmatters → Script Manager, “unused JavaScript”); in {evidence.plugin_title}'s own settings, let it "
    "load its scripts on all pages.",
    meaning="The plugin sends entries by its script alone.",
    proof="No script of the page has the plugin's address or id, and none is a bundle of several.",
    kind=CauseKind.PLUGIN,
    impact=Impact.ONE,
)
SCRIPT_GONE = Code(
    "form.page.script_not_found",
    Verdict.FAIL,
    "The script of {evidence.plugin_title} does not come: {evidence.script} answers {evidence.status}.",
    remedy="In wp-admin, Plugins → Add Plugin → Upload Plugin, install the same version of {evidence.plugin_title} "
    "once more over itself (“Replace current with uploaded”). Is the file {evidence.script} there, the host's rules or "
    "the security plugin refuse it: allow it there. Then empty the page cache.",
    meaning="A file of the plugin is missing or refused: after an update that broke off, a move, or by a rule.",
    proof="The address in the script's tag was asked once, as a visitor's browser asks it.",
    kind=CauseKind.PLUGIN,
    impact=Impact.ONE,
)
SCRIPT_LEFT_OUT = Code(
    "form.page.script_left_out",
    Verdict.WARN,
    "The script of {evidence.plugin_title} ({evidence.wanted}) does not come with {evidence.page}: the form is sent as "
    "a plain page.",
    remedy="Switch off the unloading of scripts for this page in the optimiser plugin (Asset CleanUp, Perfmatters → "
    "Script Manager), and empty its cache; look into the theme for `wpcf7_load_js`.",
    meaning="Entries come through; what the visitor is told may be out of sight, and captchas that need the script "
    "refuse people.",
    proof="No script of the page has the plugin's address or id, and none is a bundle of several.",
    kind=CauseKind.PLUGIN,
    impact=Impact.DEGRADED,
)
SCRIPT_HELD = Code(
    "form.page.script_held",
    Verdict.FAIL,
    "{evidence.by} holds back the script of {evidence.plugin_title} on {evidence.page} until the visitor agrees to "
    "{evidence.category} ({evidence.sign}).",
    remedy="In wp-admin, {evidence.where}, put {evidence.script} into the category “necessary”: a form that the "
    "visitor sends needs no consent to work.",
    copy="{evidence.script}",
    meaning="Who refuses, or has not answered yet, has a form that does nothing.",
    proof="The script's tag has a type that browsers do not run, or its address in another attribute.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ONE,
)
SCRIPT_WAITS = Code(
    "form.page.script_waits",
    Verdict.WARN,
    "{evidence.by} loads the script of {evidence.plugin_title} only when the visitor moves: until then there is no "
    "form on {evidence.page}.",
    remedy="In wp-admin, {evidence.where}, add {evidence.script} to the setting for excluded scripts; empty the cache.",
    copy="{evidence.script}",
    meaning="The plugin draws its form by script. Who only looks, and every slow phone, sees an empty place.",
    proof="The script's tag has a type that browsers do not run, or its address in another attribute.",
    kind=CauseKind.SETTINGS,
    impact=Impact.DEGRADED,
)
JQUERY_LATE = Code(
    "form.page.jquery_late",
    Verdict.FAIL,
    "jQuery comes later than {evidence.needs} on {evidence.page}: “jQuery is not defined”, and the form's script "
    "stops.",
    remedy="In the optimiser plugin's settings (WP Rocket: File Optimization; LiteSpeed Cache: Page Optimization → JS; "
    "Autoptimize), exclude `jquery.min.js` from defer and async, and empty the cache.",
    copy="/wp-includes/js/jquery/jquery.min.js",
    meaning="An optimiser put jQuery off and left what needs it where it was.",
    proof="jQuery's tag is put off, and that of the form's script is not.",
    kind=CauseKind.SETTINGS,
)
JQUERY_MISSING = Code(
    "form.page.jquery_missing",
    Verdict.FAIL,
    "jQuery is not in {evidence.page}, and the script of {evidence.plugin_title} needs it.",
    remedy="Take out of the theme's functions.php (or the optimiser plugin's setting “remove jQuery”) what deregisters "
    "`jquery`, and empty the cache.",
    meaning="The form's script stops at its first line.",
    proof="The form's script is there; no script of the page is jQuery, and none is a bundle of several.",
    kind=CauseKind.CODE,
)
CAPTCHA_NO_KEY = Code(
    "form.page.captcha_no_key",
    Verdict.FAIL,
    "{evidence.title} on {evidence.page} has a {evidence.captcha} without a site key: nobody can solve it.",
    remedy="In wp-admin, {evidence.where}, enter the site key and the secret key that the {evidence.captcha} console "
    "gives for this domain, or take the captcha out of the form.",
    meaning="The box stays empty and every entry is refused as spam.",
    proof="The captcha's tag has no `data-sitekey`, or an empty one.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ONE,
)
CAPTCHA_WRONG_KEY = Code(
    "form.page.captcha_wrong_key",
    Verdict.FAIL,
    "What {evidence.title} on {evidence.page} shows as the site key of its {evidence.captcha} is none: {evidence.why}.",
    remedy="In wp-admin, {evidence.where}, exchange the two: the site key of the {evidence.captcha} console goes into "
    "“site key”, the secret into “secret key”. Was the secret shown in the page, make a new pair first.",
    meaning="The provider refuses it: “Invalid site key”, and every entry is refused.",
    proof="The beginning and the length of the key in the page.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ONE,
)
CAPTCHA_TEST_KEY = Code(
    "form.page.captcha_test_key",
    Verdict.WARN,
    "{evidence.title} on {evidence.page} has the test key of {evidence.captcha}: {evidence.why}.",
    remedy="In wp-admin, {evidence.where}, enter the site key and secret of your own domain from the "
    "{evidence.captcha} console in the place of {evidence.key}.",
    meaning="The key is the provider's public one for trials.",
    proof="The key in the page is one that the provider publishes for trials.",
    kind=CauseKind.SETTINGS,
    impact=Impact.DEGRADED,
)
CAPTCHA_NO_SCRIPT = Code(
    "form.page.captcha_script_missing",
    Verdict.FAIL,
    "{evidence.title} on {evidence.page} has a {evidence.captcha}, and its script is not in the page: nobody can "
    "solve it.",
    remedy="Switch off what unloads scripts for this page in the optimiser plugin, or let the captcha of only one "
    "plugin load {evidence.script}; is there no captcha plugin any more, take the captcha out of the form "
    "({evidence.screen}).",
    meaning="Without the script there is no answer to the captcha, and every entry is refused as spam.",
    proof="No tag and no script of the page names the provider's script.",
    kind=CauseKind.PLUGIN,
    impact=Impact.ONE,
)
CAPTCHA_HELD = Code(
    "form.page.captcha_held",
    Verdict.FAIL,
    "{evidence.by} holds back the {evidence.captcha} of {evidence.title} on {evidence.page} until the visitor agrees "
    "to {evidence.category}: without it every entry is refused.",
    remedy="In wp-admin, {evidence.where}, put {evidence.captcha} into the category “necessary” for pages with a "
    "form, or choose a captcha that needs no consent in {evidence.screen}.",
    copy="{evidence.script}",
    meaning="Who refuses cookies, or has not answered yet, is taken for a robot.",
    proof="The tag of the captcha's script has a type that browsers do not run.",
    kind=CauseKind.SETTINGS,
    impact=Impact.ONE,
)

CODES = (
    NO_FOOTER,
    SCRIPT_MISSING,
    SCRIPT_GONE,
    SCRIPT_LEFT_OUT,
    SCRIPT_HELD,
    SCRIPT_WAITS,
    JQUERY_LATE,
    JQUERY_MISSING,
    CAPTCHA_NO_KEY,
    CAPTCHA_WRONG_KEY,
    CAPTCHA_TEST_KEY,
    CAPTCHA_NO_SCRIPT,
    CAPTCHA_HELD,
)
