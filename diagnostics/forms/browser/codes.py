"""The codes of a form tried in a real browser. Guide: Form Not Submitting."""

from __future__ import annotations

from diagnostics.finding import CauseKind, Code, Impact, Verdict

_TRIED = "The form was filled and its button pressed in a real browser; pictures, console and network calls are kept."


def _broken(code: str, summary: str, remedy: str, meaning: str, proof: str, kind: CauseKind, copy: str = "") -> Code:
    return Code(
        f"form.browser.{code}", Verdict.FAIL, summary, remedy=remedy, copy=copy, meaning=meaning, proof=proof,
        kind=kind, impact=Impact.ONE,
    )  # fmt: skip


WORKS = Code(
    "form.browser.works",
    Verdict.PASS,
    "{evidence.title}: filled and sent in {evidence.browser}, and the visitor reads “{evidence.message}”.",
    meaning="A visitor can send this form. Whether the entry's mail arrives is another question.",
    proof=_TRIED,
    impact=Impact.ADVICE,
)
LOOKED = Code(
    "form.browser.fillable",
    Verdict.PASS,
    "{evidence.title}: the form is on the page and its {evidence.count} fields can be filled. Nothing was sent.",
    meaning="The page draws the form. Whether it can be sent shows only a test that sends it.",
    proof="The page in a real browser; the form's picture is kept where one was asked for.",
    impact=Impact.ADVICE,
)
UNSEEN = Code(
    "form.browser.unseen",
    Verdict.UNKNOWN,
    "{evidence.title} could not be tried in a browser: {evidence.why}.",
    remedy="{evidence.then}",
    meaning="The look did not come to its end. That says nothing about the form, for better or worse.",
    proof="How far it came, and what stopped it.",
    kind=CauseKind.HOST,
    impact=Impact.ADVICE,
)
REFUSED = Code(
    "form.browser.refused",
    Verdict.UNKNOWN,
    "{evidence.title} refused what the test typed: “{evidence.message}”{evidence.in_fields}.",
    remedy="Open {evidence.page}, fill the form by hand and send it. Is it refused too, look at those fields' rules in "
    "the form's editor; is it taken, the test's values do not fit its rules.",
    meaning="The form checks its fields and says so. Whether a visitor's own answers pass cannot be told from outside.",
    proof=_TRIED,
    kind=CauseKind.SETTINGS,
    impact=Impact.ADVICE,
    follow_up="one entry by hand",
)
PAGE_ERROR = _broken(
    "page_error",
    "{evidence.page} answers HTTP {evidence.page_status}: nobody gets to see the form.",
    remedy="Open {evidence.page} in a browser that is not logged in. On 404 look at the page's address and state in "
    "wp-admin under Pages, and save Settings → Permalinks once; on 403 at the security plugin's and the web host's "
    "firewall; on 500 at the web host's PHP error log.",
    meaning="The page with the form is not shown to visitors.",
    proof="The status that a browser got, logged out.",
    kind=CauseKind.HOST,
)
NOT_FOUND = _broken(
    "not_found",
    "{evidence.title} is not on {evidence.page}: no visitor can fill it.",
    remedy="In wp-admin open that page and look whether the form's block or shortcode is still in it and names the "
    "form {evidence.form}; then empty the cache plugin's and the CDN's cache.",
    meaning="The page was opened as a visitor and the form was neither in it, nor in a frame, nor behind a button "
    "that opens one.",
    proof="The page in a real browser after all of its scripts had run.",
    kind=CauseKind.CONTENT,
)
SCRIPT_WAITS = _broken(
    "script_waits",
    "{evidence.title} is not on {evidence.page}: {evidence.by} holds its script back, and it did not come when the "
    "visitor moved either.",
    remedy="In wp-admin, {evidence.where}, add {evidence.script} to the setting for excluded scripts; empty the cache.",
    copy="{evidence.script}",
    meaning="The plugin draws its form by script. The one that should load it at the first move of the mouse did not.",
    proof="The script's tag in the page, and the page in a real browser after the mouse had moved.",
    kind=CauseKind.SETTINGS,
)
SCRIPT_ERROR = _broken(
    "script_error",
    "{evidence.title} cannot be sent: a script of {evidence.component_title} breaks ({evidence.error}).",
    remedy="The script is {evidence.script}, line {evidence.line}. In wp-admin under Plugins or Themes update "
    "{evidence.component_title}; where it stays so, switch it off on a staging copy and try the form: works it then, "
    "go back to its version before, and send its makers this error.",
    copy="{evidence.error} ({evidence.script}:{evidence.line})",
    meaning="An exception that nobody caught ended the script; what it had still to do for the form was not done.",
    proof="The browser's console: the error, the script and the line; and the form that sent nothing.",
    kind=CauseKind.CODE,
)
JQUERY = _broken(
    "jquery_missing",
    "{evidence.title} cannot be sent: {evidence.component_title} runs before jQuery is there ({evidence.error}).",
    remedy="In the plugin that delays or joins scripts (cache or optimisation plugin: “defer”, “delay JavaScript”, "
    "“combine”), exclude `jquery.min.js` and {evidence.component_title}'s scripts, then empty its cache. Is there "
    "none, look in the theme's functions.php for `wp_deregister_script( 'jquery' )`.",
    copy="/wp-includes/js/jquery/jquery.min.js",
    meaning="The form's script needs jQuery and is run before it, or jQuery is not loaded at all.",
    proof="The browser's console, and the form that sent nothing.",
    kind=CauseKind.SETTINGS,
)
SCRIPT_MISSING = _broken(
    "script_missing",
    "{evidence.title} cannot be sent: its script {evidence.script} does not load ({evidence.failed}).",
    remedy="Open that address in a browser. On 404 empty the cache or optimisation plugin's cache and save its "
    "settings once; is the file itself gone, install {evidence.component_title} again in wp-admin under Plugins. On "
    "403 allow it in the security plugin or at the web host.",
    copy="{evidence.script}",
    meaning="Without its script the form is drawn and does nothing when it is sent.",
    proof="The browser's network log.",
    kind=CauseKind.HOST,
)
NOTHING = _broken(
    "nothing_happens",
    "{evidence.title}: the button is pressed and nothing follows, no request and no word.",
    remedy="In wp-admin, in the cache or optimisation plugin, exclude the scripts of {evidence.plugin_title} from "
    "“delay” and “combine”, and empty its cache. Stays it so, switch the other plugins off on a staging copy, half of "
    "them at a time, until the form works.",
    meaning="No script took the press: it is not loaded, was delayed, or another one swallows it.",
    proof="Every field was filled, the button was free and was pressed; for {evidence.waited_s} s nothing was sent.",
    kind=CauseKind.PLUGIN,
)
BUTTON_OFF = _broken(
    "button_off",
    "{evidence.title} cannot be sent: {evidence.why}.",
    remedy="In the form's editor look what switches the button on (a consent, a captcha, a condition) and whether "
    "{evidence.page} shows it; a captcha that does not load leaves the button off for everyone.",
    meaning="A visitor who has filled in everything has nothing to press.",
    proof="Every field that can be seen was filled, and the button stayed as it was.",
    kind=CauseKind.SETTINGS,
)
COVERED = _broken(
    "covered",
    "{evidence.title} cannot be used: {evidence.covered} lies over it.",
    remedy="Open {evidence.page} at a width of {evidence.width} pixels. Find that element by its id or class (a "
    "banner, chat, pop-up or the theme's header), and give it a closing button, less height or a lower `z-index` in "
    "its plugin's settings.",
    meaning="A finger or a mouse meets the other element, never the form.",
    proof="What the browser meets at the place of the form's fields and button.",
    kind=CauseKind.SETTINGS,
)
OVERLAY = Code(
    "form.browser.foreign_overlay",
    Verdict.FAIL,
    "Over {evidence.title} lies a form of somebody else's: {evidence.covered}.",
    remedy="Take it for an attack until it is explained: tell the site's owner, put the page offline, and look in "
    "wp-admin (Pages, Widgets, Plugins) and in the theme's files for what prints this element; then change all "
    "administrators' passwords.",
    meaning="What visitors believe to send to this site goes to {evidence.elsewhere}.",
    proof="The element over the form's fields, and the host that its own form posts to. Nothing was sent there.",
    kind=CauseKind.CODE,
    impact=Impact.ALL,
)
ELSEWHERE = _broken(
    "posts_elsewhere",
    "{evidence.title} posts to {evidence.elsewhere}, not to this site.",
    remedy="Is {evidence.elsewhere} a service that the site uses on purpose, test the form by hand: Aftercare sends no "
    "test entry there. Is it this site by another name or by http, set both addresses in wp-admin under Settings → "
    "General to the one that visitors see, and empty the cache. Is it neither, look in the page, the theme and the "
    "plugins for what changed the form: it may be an attack.",
    meaning="What visitors type goes to another host than the page's own.",
    proof="The address of the form's POST, stopped before it left.",
    kind=CauseKind.SETTINGS,
)
BY_GET = _broken(
    "sends_by_get",
    "{evidence.title} sends what visitors type in the page's address (GET).",
    remedy="Load the script of {evidence.plugin_title} again: in the cache or optimisation plugin exclude it from "
    '“delay”, and empty the cache. A form that is written by hand needs `method="post"`.',
    copy='method="post"',
    meaning="The form plugin's script did not take the press, so the browser sent the form by itself: the entry is "
    "lost, and its words stand in logs and histories.",
    proof="The request after the press, stopped before it left.",
    kind=CauseKind.CODE,
)
HIDDEN_REQUIRED = _broken(
    "hidden_required",
    "{evidence.title} cannot be sent: the field {evidence.fields} is required and nobody can see it.",
    remedy="In the form's editor take “required” from that field, show it, or delete it; is it hidden by a condition, "
    "let the condition decide about “required” too.",
    meaning="The form is refused for a field that no visitor can fill, and nobody can be told which.",
    proof="The browser's own check of the form (`:invalid`) or the site's refusal, and the field's place on the page.",
    kind=CauseKind.SETTINGS,
)
ACCEPTS_EMPTY = Code(
    "form.browser.accepts_empty",
    Verdict.WARN,
    "{evidence.title} takes an entry although required fields ({evidence.fields}) are empty.",
    remedy="In the form's editor set “required” for those fields: the mark is in the label only, or a theme draws it.",
    meaning="Entries without an address or a message reach the office.",
    proof="The form was pressed with those fields empty, and the visitor was thanked.",
    kind=CauseKind.SETTINGS,
    impact=Impact.DEGRADED,
)
UNSAID = Code(
    "form.browser.refused_unsaid",
    Verdict.WARN,
    "{evidence.title} refuses an entry with empty required fields without saying so to those who do not see it.",
    remedy="Update {evidence.plugin_title} in wp-admin under Plugins; newer versions mark the fields. In a form of "
    "your own, or a theme's template of it, give the fields `aria-invalid` and `aria-describedby`, and the message "
    '`role="alert"`.',
    copy='aria-invalid="true" aria-describedby="the-message" … role="alert"',
    meaning="Who uses a screen reader presses the button and hears nothing (WCAG 2.2: 3.3.1 Error Identification, "
    "4.1.3 Status Messages).",
    proof="After the press: neither the browser's own check, nor role=alert, nor a described aria-invalid, nor focus.",
    kind=CauseKind.CODE,
    impact=Impact.DEGRADED,
)
STEP_STUCK = _broken(
    "step_stuck",
    "{evidence.title} does not go on after step {evidence.steps}: {evidence.why}.",
    remedy="Open {evidence.page} and go through the steps by hand. In the form's editor look at the rules of the "
    "fields of step {evidence.steps}, and in the browser's console at the errors that this finding names.",
    meaning="Visitors never come to the button that sends the form.",
    proof="All fields of the step were filled, its button was pressed, and the fields stayed the same.",
    kind=CauseKind.SETTINGS,
)
REST_BLOCKED = _broken(
    "rest_blocked",
    "{evidence.title} cannot be sent: {evidence.by} refuses the REST API to visitors (HTTP {evidence.posted_status}).",
    remedy="Let visitors use the REST route {evidence.route}, in the security plugin's settings or at the web server. "
    "{evidence.advice}",
    copy="{evidence.route}",
    meaning="The form hands its entries in by WordPress's REST API, and that is closed to those who are not logged in.",
    proof="The answer to the form's own POST: {evidence.said}",
    kind=CauseKind.SETTINGS,
)
AJAX_BLOCKED = _broken(
    "ajax_blocked",
    "{evidence.title} cannot be sent: admin-ajax.php refuses visitors (HTTP {evidence.posted_status}).",
    remedy="At the web server, the CDN and in the security plugin allow `/wp-admin/admin-ajax.php` for everyone: a "
    "rule that protects wp-admin by address or password must leave this one file out.",
    copy="/wp-admin/admin-ajax.php",
    meaning="The form hands its entries in by admin-ajax.php, which has to be open to visitors.",
    proof="The answer to the form's own POST: {evidence.said}",
    kind=CauseKind.HOST,
)
ROUTE_MISSING = _broken(
    "route_missing",
    "{evidence.title} cannot be sent: its address answers “not found” (HTTP {evidence.posted_status}).",
    remedy="In wp-admin save Settings → Permalinks once. Does {evidence.route} still answer 404, the web server does "
    "not hand it to WordPress, or {evidence.plugin_title} was switched off while a cached page still shows its form: "
    "empty the cache.",
    copy="{evidence.route}",
    meaning="What the form posts to is not there.",
    proof="The answer to the form's own POST: {evidence.said}",
    kind=CauseKind.HOST,
)
NONCE = _broken(
    "nonce_old",
    "{evidence.title} cannot be sent: the page carries a security token (nonce) that is no longer valid.",
    remedy="In the cache plugin (and at the CDN) let pages with forms live less than 12 hours, or exclude "
    "{evidence.page} from the cache; then empty it.",
    copy="{evidence.page}",
    meaning="A nonce lives 12 to 24 hours; the page was kept longer. Every visitor who gets the kept page is refused.",
    proof="The site's answer to the form's own POST: {evidence.said}",
    kind=CauseKind.SETTINGS,
)
FORBIDDEN = _broken(
    "blocked",
    "{evidence.title} cannot be sent: the entry was refused before WordPress saw it (HTTP {evidence.posted_status}).",
    remedy="Ask the web host or look in the firewall's log (CDN, ModSecurity, security plugin) at "
    "{evidence.posted_at} for a POST to {evidence.route}, and let that rule pass for the form's address.",
    copy="POST {evidence.route} {evidence.posted_at}",
    meaning="A firewall answered in WordPress's place.",
    proof="The answer to the form's own POST is none of WordPress's: {evidence.said}",
    kind=CauseKind.HOST,
)
RATE = Code(
    "form.browser.rate_limited",
    Verdict.WARN,
    "{evidence.title}: the entry was refused as one too many (HTTP 429).",
    remedy="Is this the only entry of the last minutes, the site counts all visitors as one: behind a proxy or CDN "
    "let the web server pass on the visitor's address (nginx: real_ip, Apache: mod_remoteip), or raise the limit in "
    "the settings of {evidence.plugin_title} or the security plugin.",
    meaning="A limit for entries from one address was reached. Behind a proxy that hides addresses it hits everybody.",
    proof="The answer to the form's own POST.",
    kind=CauseKind.HOST,
    impact=Impact.ONE,
    temporary=True,
)
SERVER_ERROR = _broken(
    "server_error",
    "{evidence.title}: the site breaks on the entry (HTTP {evidence.posted_status}).",
    remedy="Look in the web host's PHP error log at {evidence.posted_at} for the error and the plugin's file that it "
    "names; update or switch off that plugin, or ask its makers.",
    copy="POST {evidence.route} {evidence.posted_at}",
    meaning="The request came in and ended in an error of the site's. The entry may be kept or lost.",
    proof="The answer to the form's own POST: {evidence.said}",
    kind=CauseKind.CODE,
)
NO_ANSWER = _broken(
    "no_answer",
    "{evidence.title}: the entry was sent and the site gave no answer ({evidence.failed}).",
    remedy="Ask the web host what ended the request at {evidence.posted_at}: PHP's time limit (`max_execution_time`), "
    "a mail relay that keeps silent, or a firewall.",
    copy="POST {evidence.route} {evidence.posted_at}",
    meaning="The visitor waits and reads nothing. The entry may be kept or lost.",
    proof="The network log: the POST, and no answer.",
    kind=CauseKind.HOST,
)
NOT_READ = _broken(
    "answer_broken",
    "{evidence.title}: the site's answer to the entry is not what its script can read.",
    remedy="Set `display_errors` to off at the web host (PHP settings), and look in the PHP error log for the notice "
    "that stands in the answer; update the plugin that it names.",
    copy="{evidence.said}",
    meaning="Something else than JSON came (a PHP notice, a whole page), so the visitor reads an error although the "
    "entry may have been taken.",
    proof="How the answer begins: {evidence.said}",
    kind=CauseKind.CODE,
)
MIXED = _broken(
    "mixed_content",
    "{evidence.title} cannot be sent: the page is https and the form speaks to http ({evidence.route}).",
    remedy="In wp-admin set both addresses under Settings → General to https, and replace `http://` addresses of this "
    "site in pages and options; then empty the cache.",
    copy="{evidence.https}",
    meaning="Browsers refuse what an https page asks by http.",
    proof="The browser's console and network log.",
    kind=CauseKind.SETTINGS,
)
CAPTCHA_UNREACHABLE = _broken(
    "captcha_unreachable",
    "{evidence.title} cannot be sent: its captcha does not load ({evidence.script}: {evidence.failed}).",
    remedy="Look whether a consent banner, an optimisation plugin or the site's Content-Security-Policy holds back "
    "{evidence.host}, and let it pass on pages with forms.",
    copy="{evidence.host}",
    meaning="Without the captcha's script no visitor gets the answer that the form demands.",
    proof="The browser's network log.",
    kind=CauseKind.SETTINGS,
)
CAPTCHA = _broken(
    "captcha_failed",
    "{evidence.title} refuses the entry for its captcha: “{evidence.message}”.",
    remedy="In the settings of {evidence.plugin_title} compare site key and secret key with those of the captcha's own "
    "console (Google reCAPTCHA, hCaptcha, Turnstile), for the host name {evidence.host}.",
    copy="{evidence.host}",
    meaning="The canary is exempt from captchas, so the refusal is the script's in the browser, or the keys' fault.",
    proof="The visitor's message, and the console.",
    kind=CauseKind.SETTINGS,
)
SPAM = _broken(
    "taken_for_spam",
    "{evidence.title} takes the entry for spam: “{evidence.message}”.",
    remedy="In the settings of {evidence.plugin_title} and of the anti-spam plugin look at the rule that refused it: "
    "their log names it (Contact Form 7: Flamingo; WPForms, Fluent Forms: Entries → Spam).",
    meaning="A visitor who types sensible words is refused like a robot.",
    proof="The visitor's message.",
    kind=CauseKind.SETTINGS,
)
ERROR_SAID = _broken(
    "error_said",
    "{evidence.title}: the visitor reads an error after sending: “{evidence.message}”.",
    remedy="See what the site itself says of this entry: the trace of this run, in wp-admin the log of "
    "{evidence.plugin_title}, and the web host's PHP error log at {evidence.posted_at}.",
    meaning="The entry reached the site, and the form plugin said that it did not go well. A mail that does not leave "
    "is the usual cause.",
    proof="The visitor's message, with the site's answer (HTTP {evidence.posted_status}).",
    kind=CauseKind.PLUGIN,
)
UNSENT_THANKS = _broken(
    "thanks_unsent",
    "{evidence.title} thanks the visitor, and nothing was sent.",
    remedy="Look in the page and the theme for a script that answers in the form plugin's place, and in the form's "
    "editor whether it still sends to {evidence.plugin_title}.",
    meaning="Visitors believe that their message arrived. It never left their browser.",
    proof="The message on the page, and a network log without any POST of the form.",
    kind=CauseKind.CODE,
)
NO_MESSAGE = Code(
    "form.browser.no_message",
    Verdict.WARN,
    "{evidence.title}: the entry was sent and answered (HTTP {evidence.posted_status}), and the visitor reads nothing.",
    remedy="In the form's editor look at its confirmation (a text, or a page that exists), and in the cache or "
    "optimisation plugin exclude the scripts of {evidence.plugin_title}.",
    meaning="Visitors do not know whether it worked, and send it again or leave.",
    proof="What stood on the page after the answer, compared with before.",
    kind=CauseKind.SETTINGS,
    impact=Impact.DEGRADED,
)
NEEDS_SCRIPTS = Code(
    "form.browser.needs_scripts",
    Verdict.PASS,
    "{evidence.title} works with JavaScript only: without it, {evidence.why}.",
    meaning="Few visitors have JavaScript off; they cannot send this form.",
    proof="The same form with JavaScript switched off.",
    impact=Impact.ADVICE,
)
ERRORS_BESIDE = Code(
    "form.browser.errors_beside",
    Verdict.PASS,
    "{evidence.title} works; beside it the console shows errors of {evidence.components}.",
    meaning="They did not hinder this form. They may hinder something else on the page.",
    proof="The browser's console.",
    impact=Impact.ADVICE,
)
CODES = (
    WORKS, LOOKED, UNSEEN, REFUSED, PAGE_ERROR, NOT_FOUND, SCRIPT_WAITS, SCRIPT_ERROR, JQUERY, SCRIPT_MISSING,
    NOTHING, BUTTON_OFF, COVERED, OVERLAY, ELSEWHERE, BY_GET, HIDDEN_REQUIRED, ACCEPTS_EMPTY, UNSAID, STEP_STUCK,
    REST_BLOCKED, AJAX_BLOCKED, ROUTE_MISSING, NONCE, FORBIDDEN, RATE, SERVER_ERROR, NO_ANSWER, NOT_READ, MIXED,
    CAPTCHA_UNREACHABLE, CAPTCHA, SPAM, ERROR_SAID, UNSENT_THANKS, NO_MESSAGE, NEEDS_SCRIPTS, ERRORS_BESIDE,
)  # fmt: skip
