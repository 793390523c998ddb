"""What has to come with a form: its scripts, jQuery before them, nobody who holds them back; a captcha with a key."""

from __future__ import annotations

import pytest

from diagnostics.finding import Finding
from tests.unit.form_pages import (
    CF7,
    CF7_SCRIPTS,
    FLUENT,
    FLUENT_SCRIPTS,
    FORMINATOR,
    FORMINATOR_SCRIPTS,
    JQUERY,
    NINJA,
    NINJA_SCRIPTS,
    SITE,
    SOUND,
    WPFORMS,
    WPFORMS_SCRIPTS,
    accused,
    fetched,
    form,
    html,
    judged,
)

FLUENT_SRC = f"{SITE}/wp-content/plugins/fluentform/assets/js/form-submission.js?ver=1"
OTHER = f'<script id="theme-js" src="{SITE}/wp-content/themes/bakery/theme.js"></script>'


def look(body: str, scripts: str, plugin: str, **more: object) -> list[Finding]:
    return judged(fetched(html(body, scripts)), form(plugin, **more))


def in_place(scripts: str, tag: str, src: str = FLUENT_SRC) -> str:
    """The form's own script, written another way."""
    before, _, after = scripts.rpartition("<script")
    assert src in after
    return before + tag.replace("SRC", src)


@pytest.mark.parametrize(
    ("plugin", "body"), [("fluentform", FLUENT), ("forminator", FORMINATOR), ("ninja-forms", NINJA)]
)
def test_a_form_that_sends_by_script_alone_is_dead_without_it(plugin: str, body: str) -> None:
    assert accused(look(body, JQUERY + OTHER, plugin)) == ["script_missing"]


@pytest.mark.parametrize(("plugin", "body"), [("contact-form-7", CF7), ("wpforms", WPFORMS)])
def test_a_form_that_works_without_its_script_only_loses_comfort(plugin: str, body: str) -> None:
    assert accused(look(body, JQUERY + OTHER, plugin)) == ["script_left_out"]


def test_a_script_of_the_plugin_that_is_not_the_form_s_own_does_not_stand_for_it() -> None:
    address = f"{SITE}/wp-content/plugins/ninja-forms/assets/js/min/front-end-deps.js"
    deps = f'<script id="nf-front-end-deps-js" src="{address}"></script>'
    assert accused(look(NINJA, JQUERY + deps + OTHER, "ninja-forms")) == ["script_missing"]


def test_a_theme_without_wp_footer_is_named_as_the_cause() -> None:
    page = html(FLUENT).replace('<script id="wp-emoji-settings" type="application/json">{}</script>', "")
    findings = judged(fetched(page), form("fluentform"))
    assert accused(findings) == ["no_footer"]
    assert findings[0].remedy and findings[0].remedy.copy == "<?php wp_footer(); ?>"


@pytest.mark.parametrize(
    "bundle",
    [
        "/wp-content/cache/autoptimize/js/autoptimize_0123.js",
        "/wp-content/cache/min/1/0123.js",
        "/wp-content/litespeed/js/0123.js?ver=1",
        "/wp-content/uploads/siteground-optimizer-assets/siteground-optimizer-combined-js-0123.js",
        "/_jb_static/??-eJx9",
    ],
)
def test_in_a_bundle_of_scripts_the_form_s_own_may_be(bundle: str) -> None:
    assert accused(look(FLUENT, f'<script src="{SITE}{bundle}"></script>', "fluentform")) == []


def test_a_script_that_an_optimiser_put_into_the_page_itself_is_there() -> None:
    inline = JQUERY + '<script id="fluent-form-submission-js">var a=1;</script>'
    assert accused(look(FLUENT, inline, "fluentform")) == []


def test_folders_that_were_renamed_tell_nothing_of_the_script() -> None:
    page = html(FLUENT, '<script src="/lib/a.js"></script>').replace("/wp-includes/", "/inc/")
    assert accused(judged(fetched(page), form("fluentform"))) == []


@pytest.mark.parametrize(
    ("tag", "by"),
    [
        ('<script type="text/plain" data-cookieyes="cookieyes-functional" src="SRC"></script>', "CookieYes"),
        (
            '<script type="text/plain" data-service="fluent" data-category="marketing" data-cmplz-src="SRC"></script>',
            "Complianz",
        ),
        ('<script type="text/template" data-borlabs-cookie-script-blocker-id="forms" src="SRC"></script>', "Borlabs"),
        ('<script type="text/plain" data-usercentrics="Forms" src="SRC"></script>', "Usercentrics"),
        ('<script type="text/plain" data-cookieconsent="statistics" src="SRC"></script>', "Cookiebot"),
        ('<script type="text/plain" class="_iub_cs_activate" data-suppressedsrc="SRC"></script>', "iubenda"),
        (
            '<script type="application/consent" consent-original-src-_="SRC" consent-id="4"></script>',
            "Real Cookie Banner",
        ),
        ('<script type="text/plain" class="optanon-category-C0003" src="SRC"></script>', "OneTrust"),
        ('<script type="text/plain" src="SRC"></script>', "consent manager"),
    ],
)
def test_a_consent_manager_that_holds_the_form_s_script_back_is_named(tag: str, by: str) -> None:
    findings = look(FLUENT, in_place(FLUENT_SCRIPTS, tag), "fluentform")
    assert accused(findings) == ["script_held"]
    assert by in findings[0].summary and findings[0].remedy
    assert "/fluentform/assets/js/form-submission.js" in findings[0].remedy.copy


@pytest.mark.parametrize(
    "tag",
    [
        '<script type="rocketlazyloadscript" data-rocket-src="SRC" defer></script>',
        '<script type="litespeed/javascript" data-src="SRC"></script>',
        '<script type="pmdelayedscript" src="SRC" data-perfmatters-type="text/javascript"></script>',
        '<script data-src="SRC" type="lazy"></script>',
        '<script type="javascript/blocked" data-wpmeteor-src="SRC"></script>',
    ],
)
def test_a_script_that_waits_for_the_visitor_to_move_is_a_fault_only_where_it_draws_the_form(tag: str) -> None:
    assert accused(look(FLUENT, in_place(FLUENT_SCRIPTS, tag), "fluentform")) == []
    src = f"{SITE}/wp-content/plugins/ninja-forms/assets/js/min/front-end.js?ver=1"
    assert accused(look(NINJA, in_place(NINJA_SCRIPTS, tag, src), "ninja-forms")) == ["script_waits"]


@pytest.mark.parametrize(
    "kind", ["module", "text/javascript", "application/javascript", "a0b1c2d3e4f5a6b7c8d9-text/javascript"]
)
def test_types_that_browsers_run_hold_nothing_back(kind: str) -> None:
    tag = f'<script type="{kind}" src="SRC"></script>'
    assert accused(look(FLUENT, in_place(FLUENT_SCRIPTS, tag), "fluentform")) == []


@pytest.mark.parametrize("word", ["defer", "async", 'type="rocketlazyloadscript" data-rocket-src="x"'])
def test_a_jquery_that_was_put_off_comes_too_late_for_the_script_that_was_not(word: str) -> None:
    late = FLUENT_SCRIPTS.replace('<script id="jquery-core-js"', f'<script id="jquery-core-js" {word}')
    assert accused(look(FLUENT, late, "fluentform")) == ["jquery_late"]


def test_a_jquery_that_was_put_off_together_with_the_form_s_script_is_in_order() -> None:
    both = FLUENT_SCRIPTS.replace("<script id=", "<script defer id=")
    assert accused(look(FLUENT, both, "fluentform")) == []


def test_a_form_s_script_without_jquery_stops_at_its_first_line() -> None:
    assert accused(look(FLUENT, FLUENT_SCRIPTS.replace(JQUERY, OTHER), "fluentform")) == ["jquery_missing"]
    assert accused(look(CF7, CF7_SCRIPTS, "contact-form-7")) == []  # needs none


@pytest.mark.parametrize(
    "jquery",
    [
        '<script src="https://code.jquery.com/jquery-3.7.1.min.js"></script>',
        '<script src="https://ajax.googleapis.com/ajax/libs/jquery/3.7.1/jquery.min.js"></script>',
        '<script id="jquery-core-js">/*! jQuery v3.7.1 */</script>',
        f'<script src="{SITE}/wp-content/cache/min/1/all.js"></script>',
    ],
)
def test_jquery_from_elsewhere_is_jquery_too(jquery: str) -> None:
    assert accused(look(FLUENT, FLUENT_SCRIPTS.replace(JQUERY, jquery), "fluentform")) == []


# -- captchas ---------------------------------------------------------------------------

RECAPTCHA = "6Lc" + "a" * 37
KEYS = {
    "g-recaptcha": RECAPTCHA,
    "h-captcha": "a5f74b19-9e45-40e0-b45d-47ff91b7a6c2",
    "cf-turnstile": "0x4AAAAAAADnPIDROrmt1Wwj",
}
LOADS = {
    "g-recaptcha": '<script src="https://www.google.com/recaptcha/api.js"></script>',
    "h-captcha": '<script src="https://js.hcaptcha.com/1/api.js"></script>',
    "cf-turnstile": '<script src="https://challenges.cloudflare.com/turnstile/v0/api.js"></script>',
}


def with_captcha(box: str, key: str | None, script: str | None = None, **more: object) -> list[Finding]:
    attribute = "" if key is None else f' data-sitekey="{key}"'
    body = FLUENT.replace("</form>", f'<div class="{box}"{attribute}></div></form>')
    return look(body, FLUENT_SCRIPTS + (LOADS[box] if script is None else script), "fluentform", **more)


@pytest.mark.parametrize("box", KEYS)
def test_a_captcha_with_key_and_script_is_sound(box: str) -> None:
    assert accused(with_captcha(box, KEYS[box])) == []


@pytest.mark.parametrize("box", KEYS)
def test_a_captcha_without_a_key_stops_everybody(box: str) -> None:
    findings = with_captcha(box, "")
    assert accused(findings) == ["captcha_no_key"]
    assert findings[0].remedy and "Fluent Forms → Global Settings → Security" in findings[0].remedy.text


@pytest.mark.parametrize(
    ("box", "key"),
    [
        ("h-captcha", "0x" + "a1B2" * 10),  # a secret, shown to the world
        ("cf-turnstile", "0x4AAAAAAADnPIDROrmt1Wwj" + "x" * 13),
        ("g-recaptcha", KEYS["h-captcha"]),
        ("cf-turnstile", RECAPTCHA),
    ],
)
def test_a_key_that_can_be_none_is_told_and_never_shown_whole(box: str, key: str) -> None:
    findings = with_captcha(box, key)
    assert accused(findings) == ["captcha_wrong_key"]
    assert key not in str(findings[0].to_json())


def test_a_secret_that_stands_in_the_page_is_named_as_one() -> None:
    for box, key in (("h-captcha", "0x" + "a1B2" * 10), ("cf-turnstile", "0x4AAAAAAADnPIDROrmt1Wwj" + "x" * 13)):
        assert "it is the secret key" in with_captcha(box, key)[0].summary


@pytest.mark.parametrize(
    ("box", "key"),
    [
        ("g-recaptcha", "6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ_MXjiZKhI"),
        ("h-captcha", "10000000-ffff-ffff-ffff-000000000001"),
        ("cf-turnstile", "2x00000000000000000000AB"),
    ],
)
def test_a_provider_s_public_test_key_that_stayed_is_told(box: str, key: str) -> None:
    assert accused(with_captcha(box, key)) == ["captcha_test_key"]


@pytest.mark.parametrize("box", KEYS)
def test_a_captcha_whose_script_does_not_come_cannot_be_solved(box: str) -> None:
    assert accused(with_captcha(box, KEYS[box], "")) == ["captcha_script_missing"]


def test_a_captcha_that_the_plugin_s_own_script_brings_is_not_missed() -> None:
    inline = "<script>lazy('https://www.google.com/recaptcha/api.js')</script>"
    assert accused(with_captcha("g-recaptcha", RECAPTCHA, inline)) == []


def test_the_captcha_of_another_form_is_none_of_this_one() -> None:
    log_in = '<form id="loginform"><div class="g-recaptcha" data-sitekey=""></div></form>'
    assert accused(look(FLUENT + log_in, FLUENT_SCRIPTS, "fluentform")) == []


def test_a_captcha_that_waits_for_consent_takes_everybody_for_a_robot() -> None:
    held = '<script type="text/plain" data-service="google-recaptcha" data-category="marketing" '
    held += 'data-cmplz-src="https://www.google.com/recaptcha/api.js"></script>'
    findings = with_captcha("g-recaptcha", RECAPTCHA, held)
    assert accused(findings) == ["captcha_held"] and "“marketing”" in findings[0].summary


def test_a_version_3_key_stands_in_the_script_s_address() -> None:
    script = f'<script src="https://www.google.com/recaptcha/api.js?render={RECAPTCHA}"></script>'
    declared = {"captchas": ("recaptcha",)}
    assert accused(look(FLUENT, FLUENT_SCRIPTS + script, "fluentform", **declared)) == []
    wrong = script.replace(RECAPTCHA, "my-key")
    assert accused(look(FLUENT, FLUENT_SCRIPTS + wrong, "fluentform", **declared)) == ["captcha_wrong_key"]


def test_scripts_of_every_maker_are_known_by_address_or_id() -> None:
    for plugin, (number, body, scripts) in SOUND.items():
        if scripts:
            assert accused(judged(fetched(html(body, JQUERY + OTHER)), form(plugin, number))) != [], plugin
            assert accused(judged(fetched(html(body, scripts)), form(plugin, number))) == [], plugin
    assert WPFORMS_SCRIPTS and FORMINATOR_SCRIPTS
