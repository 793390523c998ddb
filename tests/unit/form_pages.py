"""Pages as the form plugins make them, in few words: sound as they come, bent by a test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from diagnostics.finding import Finding, Verdict
from diagnostics.forms.form import Form
from diagnostics.forms.page import FetchedPage, read_page
from diagnostics.forms.page.fetch import Answer, Visit

SITE = "https://bakery.example"
URL = f"{SITE}/contact/"
AJAX = f"{SITE}/wp-admin/admin-ajax.php"
REST = f"{SITE}/wp-json/contact-form-7/v1/contact-forms/5/feedback/schema"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
FIELDS = '<input type="text" name="name"><input type="email" name="mail"><textarea name="words"></textarea>'
BUTTON = '<button type="submit">Send</button>'
JQUERY = f'<script id="jquery-core-js" src="{SITE}/wp-includes/js/jquery/jquery.min.js?ver=3.7.1"></script>'


def hidden(**values: str) -> str:
    return "".join(f'<input type="hidden" name="{name}" value="{value}">' for name, value in values.items())


def own_script(path: str, handle: str) -> str:
    return f'<script id="{handle}" src="{SITE}/wp-content/plugins/{path}?ver=1"></script>'


CF7 = (
    '<div class="wpcf7"><form action="/contact/#wpcf7-f5-p2-o1" method="post" class="wpcf7-form init">'
    f"{hidden(_wpcf7='5', _wpcf7_version='6.1', _wpcf7_unit_tag='wpcf7-f5-p2-o1')}{FIELDS}{BUTTON}</form></div>"
)
CF7_SCRIPTS = (
    f'<script id="contact-form-7-js-before">var wpcf7 = {{"api": {{"root": "{SITE}/wp-json/"}}}};</script>'.replace(
        "/", r"\/"
    ).replace(r"<\/", "</")
    + own_script("contact-form-7/includes/js/index.js", "contact-form-7-js")
)
WPFORMS = (
    '<form id="wpforms-form-5" class="wpforms-validate wpforms-form" method="post" action="/contact/" '
    'data-token="aa11">'
    f'{FIELDS}<input type="hidden" name="wpforms[id]" value="5">{BUTTON}</form>'
)
WPFORMS_SCRIPTS = JQUERY + own_script("wpforms-lite/assets/js/frontend/wpforms.min.js", "wpforms-js")
GRAVITY = (
    '<form method="post" id="gform_5" action="/contact/">'
    f"{FIELDS}{hidden(is_submit_5='1', gform_submit='5', state_5='W10=', gform_submission_method='postback')}</form>"
)
GRAVITY_SCRIPTS = (
    JQUERY
    + own_script("gravityforms/js/gravityforms.min.js", "gform_gravityforms-js")
    + '<script id="gform_gravityforms_theme-js-extra">var gform_theme_config = '
    '{"common":{"form":{"ajax":{"ajaxurl":"' + AJAX + '","ajax_submission_nonce":"0123456789"}}}};</script>'
)
FLUENT = f'<form data-form_id="5" id="fluentform_5" class="frm-fluent-form" method="POST">{FIELDS}{BUTTON}</form>'
FLUENT_SCRIPTS = (
    JQUERY
    + f'<script id="fluent-form-submission-js-extra">var fluentFormVars = {{"ajaxUrl":"{AJAX}"}};</script>'
    + own_script("fluentform/assets/js/form-submission.js", "fluent-form-submission-js")
)
FORMIDABLE = (
    '<form method="post" class="frm-show-form" id="form_x" data-token="aaaa1111">'
    f"{hidden(frm_action='create', form_id='5', form_key='x')}{FIELDS}{BUTTON}</form>"
)
FORMIDABLE_SCRIPTS = JQUERY + own_script("formidable/js/frm.min.js", "formidable-js")
FORMINATOR = (
    '<form id="forminator-module-5" class="forminator-ui forminator-custom-form" method="post" data-form-id="5" '
    f'style="display: none;">{FIELDS}{BUTTON}'
    f"{hidden(forminator_nonce='4d63e61caa', form_id='5', action='forminator_submit_form_custom-forms')}</form>"
)
FORMINATOR_SCRIPTS = (
    JQUERY
    + f'<script id="forminator-front-scripts-js-extra">var ForminatorFront = {{"ajaxUrl":"{AJAX}"}};</script>'
    + own_script("forminator/build/front/front.multi.min.js", "forminator-front-scripts-js")
)
NINJA = '<div id="nf-form-5-cont" class="nf-form-cont"><div class="nf-loading-spinner"></div></div>'
NINJA_SCRIPTS = (
    JQUERY
    + f'<script id="nf-front-end-js-extra">var nfFrontEnd = {{"adminAjax":"{AJAX}","ajaxNonce":"f3c11b67d0"}};</script>'
    + own_script("ninja-forms/assets/js/min/front-end.js", "nf-front-end-js")
)
ELEMENTOR = (
    '<form class="elementor-form" method="post" name="New Form">'
    f"{hidden(post_id='7', form_id='ab12cd3', queried_id='7')}{FIELDS}{BUTTON}</form>"
)
ELEMENTOR_SCRIPTS = (
    JQUERY
    + f'<script id="elementor-pro-frontend-js-before">var ElementorProFrontendConfig = {{"ajaxurl":"{AJAX}"}};</script>'
    + own_script("elementor-pro/assets/js/frontend.min.js", "elementor-pro-frontend-js")
)
JETPACK = (
    '<form action="/contact/" method="post" class="contact-form commentsblock">'
    f"{FIELDS}{BUTTON}<input type='hidden' name='contact-form-id' value='9'>"
    "<input type='hidden' name='action' value='grunion-contact-form'></form>"
)
COMMENT = (
    f'<form action="{SITE}/wp-comments-post.php" method="post" id="commentform">'
    f"{FIELDS}{hidden(comment_post_ID='1')}</form>"
)
SOUND: dict[str, tuple[str, str, str]] = {  # plugin -> form's id, markup, scripts
    "contact-form-7": ("5", CF7, CF7_SCRIPTS),
    "wpforms": ("5", WPFORMS, WPFORMS_SCRIPTS),
    "gravityforms": ("5", GRAVITY, GRAVITY_SCRIPTS),
    "fluentform": ("5", FLUENT, FLUENT_SCRIPTS),
    "formidable": ("5", FORMIDABLE, FORMIDABLE_SCRIPTS),
    "forminator": ("5", FORMINATOR, FORMINATOR_SCRIPTS),
    "ninja-forms": ("5", NINJA, NINJA_SCRIPTS),
    "elementor-pro": ("7-ab12cd3", ELEMENTOR, ELEMENTOR_SCRIPTS),
    "jetpack": ("9", JETPACK, ""),
    "core": ("comment", COMMENT, ""),
}


def html(body: str, scripts: str = "", *, head: str = "", end: str = "</body></html>") -> str:
    """A whole page of a WordPress theme."""
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Contact – Bakery</title>'
        f'<link rel="stylesheet" href="{SITE}/wp-includes/css/style.css">{head}</head>'
        f"<body><h1>Contact</h1><p>Write to us.</p>{body}{scripts}"
        f'<script id="wp-emoji-settings" type="application/json">{{}}</script>{end}'
    )


def answer(text: str | bytes = "", status: int = 200, *, url: str = URL, **headers: str) -> Answer:
    body = text.encode() if isinstance(text, str) else text
    named = {"content-type": "text/html; charset=UTF-8", **{name.replace("_", "-"): v for name, v in headers.items()}}
    return Answer(url, status, tuple(named.items()), body)


def visit(given: Answer) -> Visit:
    return Visit(given.url, (), given)


def fetched(text: str, fresh: str = "", *, roads: Sequence[Visit] = (), url: str = URL, **headers: str) -> FetchedPage:
    """The page as it comes and past the cache, with all its roads open unless told otherwise."""
    open_roads = {AJAX: visit(answer("0", 400, url=AJAX)), REST: visit(answer('{"a": 1}', url=REST))}
    asked = {**open_roads, **{each.url: each for each in roads}}
    return FetchedPage(visit(answer(text, url=url, **headers)), visit(answer(fresh or text, url=url)), asked)


def form(plugin: str, number: str = "5", **more: object) -> Form:
    return Form(plugin, number, "Contact", pages=(URL,), **more)  # type: ignore[arg-type]


def judged(page: FetchedPage, of: Form | None) -> list[Finding]:
    return read_page(page, of, NOW)


def accused(findings: Sequence[Finding]) -> list[str]:
    return [each.code.removeprefix("form.page.") for each in findings if each.verdict in (Verdict.FAIL, Verdict.WARN)]


def unknown(findings: Sequence[Finding]) -> list[str]:
    return [each.code.removeprefix("form.page.") for each in findings if each.verdict is Verdict.UNKNOWN]
