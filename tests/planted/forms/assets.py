"""Faults of what comes with the form: scripts, jQuery, captchas, security words of a cached page."""

from __future__ import annotations

from collections.abc import Iterator

from tests.planted.forms.fault import fault
from tests.planted.forms.ground import Ground
from tests.planted.forms.pages import FLUENT, FORMIDABLE, GRAVITY, NINJA, WPFORMS

FORMINATOR = "forminator"
DEAD = ("shown", "pressed", "arrived")
_TAG = (
    "add_filter( 'script_loader_tag', function ( $tag, $handle ) {{ return '{handle}' === $handle ? {new} : "
    "$tag; }}, 10, 2 );"
)


def _tag(ground: Ground, plugin: str, handle: str, new: str) -> Iterator[str]:
    with ground.running(_TAG.format(handle=handle, new=new)):
        yield ground.pages[plugin]


def _unload(ground: Ground, plugin: str, *handles: str) -> Iterator[str]:
    gone = "".join(f"wp_dequeue_script( '{each}' );" for each in handles)
    with ground.running(f"add_action( 'wp_print_footer_scripts', function () {{ {gone} }}, 5 );"):
        yield ground.pages[plugin]


@fault("theme without wp_footer()", FLUENT, "form.page.no_footer", stages=DEAD)
def no_footer(ground: Ground) -> Iterator[str]:
    with ground.running("add_action( 'wp_footer', function () { remove_all_actions( 'wp_footer' ); }, -9999 );"):
        yield ground.pages[FLUENT]


@fault("optimiser unloads Fluent Forms' script", FLUENT, "form.page.script_missing", stages=DEAD)
def fluent_unloaded(ground: Ground) -> Iterator[str]:
    yield from _unload(ground, FLUENT, "fluent-form-submission")


@fault("optimiser unloads Ninja Forms' script", NINJA, "form.page.script_missing", stages=DEAD)
def ninja_unloaded(ground: Ground) -> Iterator[str]:
    yield from _tag(ground, NINJA, "nf-front-end", "''")


@fault("optimiser unloads Forminator's script", FORMINATOR, "form.page.script_missing", stages=DEAD)
def forminator_unloaded(ground: Ground) -> Iterator[str]:
    yield from _tag(ground, FORMINATOR, "forminator-front-scripts", "''")


@fault("CookieYes holds the form's script", FLUENT, "form.page.script_held", stages=DEAD)
def cookieyes(ground: Ground) -> Iterator[str]:
    new = "str_replace( '<script', '<script type=\"text/plain\" data-cookieyes=\"cookieyes-functional\"', $tag )"
    yield from _tag(ground, FLUENT, "fluent-form-submission", new)


@fault("Complianz holds the form's script", FORMINATOR, "form.page.script_held", stages=DEAD)
def complianz(ground: Ground) -> Iterator[str]:
    new = "str_replace( array( '<script', ' src=' ), array( '<script type=\"text/plain\" data-service=\"forms\" "
    new += "data-category=\"marketing\"', ' data-cmplz-src=' ), $tag )"
    yield from _tag(ground, FORMINATOR, "forminator-front-scripts", new)


@fault("delay of scripts empties the form's place", NINJA, "form.browser.script_waits", stages=("shown", *DEAD))
def delayed(ground: Ground) -> Iterator[str]:
    new = (
        "str_replace( array( '<script', ' src=' ), array( '<script type=\"rocketlazyloadscript\"', ' "
        "data-rocket-src=' ), $tag )"
    )
    yield from _tag(ground, NINJA, "nf-front-end", new)


@fault("optimiser defers jQuery alone", FLUENT, "form.page.jquery_late", "form.browser.jquery_missing", stages=DEAD)
def jquery_late(ground: Ground) -> Iterator[str]:
    yield from _tag(ground, FLUENT, "jquery-core", "str_replace( '<script', '<script defer', $tag )")


@fault("theme throws jQuery out", FORMINATOR, "form.page.jquery_missing", "form.browser.jquery_missing", stages=DEAD)
def jquery_gone(ground: Ground) -> Iterator[str]:
    yield from _tag(ground, FORMINATOR, "jquery-core", "''")


@fault(
    "the form's script answers 404", FLUENT, "form.page.script_not_found", "form.browser.script_missing", stages=DEAD
)
def script_404(ground: Ground) -> Iterator[str]:
    yield from _tag(
        ground, FLUENT, "fluent-form-submission", "str_replace( 'form-submission.js', 'form-submission.gone.js', $tag )"
    )


# -- captchas -----------------------------------------------------------------


def _captcha(ground: Ground, box: str, script: str) -> Iterator[str]:
    box, script = (each.replace("'", r"\'") for each in (box, script))
    with (
        ground.rewriting("#</form>#", f"{box}</form>"),
        ground.running(f"add_action( 'wp_footer', function () {{ echo '{script}'; }}, 5 );"),
    ):
        yield ground.pages[WPFORMS]


_LOAD = '<script src="https://www.google.com/recaptcha/api.js" async></script>'
_KEY = "6Lc" + "a" * 37


@fault("captcha without a key", WPFORMS, "form.page.captcha_no_key", stages=(*DEAD, ""))
def captcha_without_key(ground: Ground) -> Iterator[str]:
    yield from _captcha(ground, '<div class="g-recaptcha" data-sitekey=""></div>', _LOAD)


@fault("secret in the place of the captcha's key", WPFORMS, "form.page.captcha_wrong_key", stages=(*DEAD, ""))
def captcha_secret(ground: Ground) -> Iterator[str]:
    box = f'<div class="h-captcha" data-sitekey="0x{"a1B2" * 10}"></div>'
    yield from _captcha(ground, box, '<script src="https://js.hcaptcha.com/1/api.js" async></script>')


@fault("captcha's script unloaded", WPFORMS, "form.page.captcha_script_missing", stages=(*DEAD, ""))
def captcha_unloaded(ground: Ground) -> Iterator[str]:
    yield from _captcha(ground, f'<div class="g-recaptcha" data-sitekey="{_KEY}"></div>', "")


@fault("consent manager holds the captcha", WPFORMS, "form.page.captcha_held", stages=(*DEAD, ""))
def captcha_held(ground: Ground) -> Iterator[str]:
    held = _LOAD.replace(
        " src=", ' type="text/plain" data-service="google-recaptcha" data-category="marketing" data-cmplz-src='
    )
    yield from _captcha(ground, f'<div class="g-recaptcha" data-sitekey="{_KEY}"></div>', held)


# -- cached pages ---------------------------------------------------------------

_OLD = {"Age": str(4 * 86400), "X-Cache": "HIT"}


@fault(
    "Formidable: page of four days ago in the cache",
    FORMIDABLE,
    "form.page.nonce_expired",
    stages=(*DEAD, "validated", "spam", ""),
)
def old_formidable(ground: Ground) -> Iterator[str]:
    with ground.rewriting(
        '/data-token="[0-9a-f]+"/', 'data-token="00112233445566778899aabbccddeeff"', headers=_OLD, fresh=False
    ):
        yield ground.pages[FORMIDABLE]


@fault(
    "Gravity Forms: page of four days ago in the cache",
    GRAVITY,
    "form.page.nonce_expired",
    "form.browser.nonce_old",
    stages=(*DEAD, "validated", ""),
)
def old_gravity(ground: Ground) -> Iterator[str]:
    by_script = (
        "add_filter( 'gform_form_args', function ( $args ) { $args['submission_method'] = 'ajax'; "
        "$args['ajax'] = true; "
    )
    by_script += "return $args; } );"
    with (
        ground.running(by_script),
        ground.rewriting(
            '/"ajax_submission_nonce":"[0-9a-f]+"/', '"ajax_submission_nonce":"0011223344"', headers=_OLD, fresh=False
        ),
    ):
        yield ground.pages[GRAVITY]
