"""What is typed into a form's fields, and what the words that come back mean."""

from __future__ import annotations

from datetime import date

import pytest

from diagnostics.forms.browser.component import component_of, thrown_at
from diagnostics.forms.browser.filling import Control, Typist, deed_for, file_content, file_name, value_for
from diagnostics.forms.browser.message import kind_of
from diagnostics.forms.browser.trackers import whose

TYPIST = Typist("0a1b2c3d", date(2026, 11, 24))


def control(label: str = "", type: str = "text", tag: str = "input", **more: object) -> Control:
    return Control(0, tag, type, label=label, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        (control("Your e-mail"), TYPIST.address),
        (control("البريد الإلكتروني"), TYPIST.address),
        (control("Adresse e-mail", "email"), TYPIST.address),
        (control("Telefonnummer"), "+1 202 555 0143"),
        (control("رقم الهاتف"), "+1 202 555 0143"),
        (control("Vorname"), "Aftercare"),
        (control("Nachname"), "Test"),
        (control("الاسم"), "Aftercare Test"),
        (control("PLZ"), "90001"),
        (control("Betreff"), "Aftercare test 0a1b2c3d"),
        (control("What is 12 − 5?"), "7"),
        (control("6 x 7 ="), "42"),
        (control("", autocomplete="section-a billing postal-code"), "90001"),
        (control("Anything"), "Test 0a1b2c3d"),
        (control("Anything", maxlength=6), "Test 0"),
        (control("Code", minlength=20), "Test 0a1b2c3dxxxxxxx"),
        (control("n", "number"), "2"),
        (control("n", "number", min="10", max="20", step="5"), "10"),
        (control("n", "number", min="0.5", max="0.9", step="0.1"), "0.5"),
        (control("n", "number", max="1"), "1"),
        (control("n", "number", min="x", max="inf"), "2"),
        (control("d", "date"), "2026-12-08"),
        (control("d", "date", max="2026-11-30"), "2026-11-30"),
        (control("d", "date", min="2027-02-01"), "2027-02-01"),
        (control("w", "week"), "2026-W50"),
        (control("Date", placeholder="dd/mm/yyyy"), "08/12/2026"),
        (control("Date", placeholder="mm/dd/yyyy"), "12/08/2026"),
        (control("Datum", placeholder="TT.MM.JJJJ"), "08.12.2026"),
        (control("Date of birth"), "1990-05-04"),
    ],
    ids=lambda each: each.label if isinstance(each, Control) else "",
)
def test_a_field_gets_what_its_type_words_and_limits_ask_for(asked: Control, value: str) -> None:
    assert value_for(asked, TYPIST) == value


def test_every_entry_is_another_and_says_that_it_is_a_test() -> None:
    said = value_for(
        control("Nachricht", "textarea", "textarea"), Typist("ffff0000", date(2026, 1, 1), language="de-AT")
    )
    assert "ffff0000" in said and "Test" in said and "Dies ist" in said


def test_a_tester_never_writes_to_a_stranger() -> None:
    assert TYPIST.address.endswith("@example.org")  # RFC 2606


@pytest.mark.parametrize(
    ("seen", "deed"),
    [
        (control("x", trap=True), "leave"),
        (control("x", visible=False), "leave"),
        (control("x", "hidden"), "leave"),
        (control("x", disabled=True), "leave"),
        (control("I agree to the privacy policy", "checkbox"), "tick"),
        (control("Send me the newsletter", "checkbox"), "leave"),
        (control("I agree to get the newsletter", "checkbox"), "leave"),
        (control("Anything", "checkbox", required=True), "tick"),
        (control("Mail", "radio", name="how"), "tick"),
        (control("Mail", "radio", name="done"), "leave"),
        (control("Day", readonly=True), "set"),
        (control("How loud", "range"), "set"),
        (control("File", "file", accept=".pdf"), "attach"),
        (control("Name"), "type"),
    ],
)
def test_what_is_done_with_a_control(seen: Control, deed: str) -> None:
    assert deed_for(seen, TYPIST, {"done"}).what == deed


def test_a_select_takes_the_first_real_choice() -> None:
    options = (("", "—", False), ("0", "Please select…", False), ("x", "Closed", True), ("b", "Sales", False))
    chosen = deed_for(control("Dept", "select-one", "select", options=options, required=True), TYPIST, set())
    assert (chosen.what, chosen.value) == ("choose", "b")
    assert deed_for(control("Dept", "select-one", "select", options=options[:2]), TYPIST, set()).what == "leave"


def test_a_pattern_gets_alternatives_that_fit_it() -> None:
    deed = deed_for(control("Phone", "tel", pattern=r"\d{3}-\d{3}-\d{4}"), TYPIST, set())
    assert "202-555-0143" in deed.others and "Test" not in deed.others
    assert deed_for(control("Odd", pattern="(("), TYPIST, set()).others  # no pattern of Python's: the page will say


@pytest.mark.parametrize(
    ("accept", "name"),
    [("", "aftercare-test.txt"), (".pdf,.doc", "aftercare-test.pdf"), ("image/*", "aftercare-test.png"),
     ("image/jpeg", "aftercare-test.jpg"), (".docx", "aftercare-test.docx"), ("../../x", "aftercare-test.txt")],
)  # fmt: skip
def test_a_small_file_of_a_kind_that_is_accepted(accept: str, name: str) -> None:
    assert file_name(accept) == name
    assert 0 < len(file_content(name)[1]) < 1024


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Thank you for your message. It has been sent.", "thanks"),
        ("Thanks! We will get back to you without error.", "thanks"),
        ("Vielen Dank für Ihre Nachricht. Sie wurde gesendet.", "thanks"),
        ("شكراً لك، تم إرسال رسالتك", "thanks"),
        ("Merci pour votre message. Il a été envoyé.", "thanks"),
        ("There was an error trying to send your message. Please try again later.", "error"),
        ("Ihre Nachricht konnte nicht gesendet werden.", "error"),
        ("حدث خطأ أثناء الإرسال", "error"),
        ("Your message has not been sent.", "error"),
        ("One or more fields have an error. Please check and try again.", "invalid"),
        ("The field is required.", "invalid"),
        ("Bitte füllen Sie dieses Feld aus.", "invalid"),
        ("Invalid nonce. Please refresh your browser.", "spam"),
        ("The captcha was not solved.", "spam"),
        ("Opening hours: 9 to 5", "none"),
        ("", "none"),
    ],
)
def test_words_are_understood(said: str, kind: str) -> None:
    assert kind_of(said) == kind


PAGE = "https://shop.example/contact/"


@pytest.mark.parametrize(
    ("url", "whose_is_it"),
    [
        ("https://shop.example/wp-content/plugins/slider-pro/js/a.js?ver=1", "plugin:slider-pro"),
        ("https://shop.example/blog/wp-content/mu-plugins/x.php", "plugin:x"),
        ("https://cdn.example/wp-content/themes/bakery/app.js", "theme:bakery"),
        ("https://shop.example/wp-includes/js/jquery/jquery.min.js", "core"),
        ("https://shop.example/wp-content/cache/autoptimize/js/x.js", "plugin:autoptimize"),
        ("https://www.google.com/recaptcha/api.js", "third-party:www.google.com"),
        (PAGE, "page"),
        (PAGE + "#x", "page"),
        ("", "page"),
    ],
)
def test_a_script_is_somebodys(url: str, whose_is_it: str) -> None:
    assert component_of(url, PAGE) == whose_is_it


def test_an_exceptions_place_is_its_topmost_frame() -> None:
    stack = "TypeError: x is not a function\n    at go (https://shop.example/a.js?v=1:12:7)\n    at https://shop.example/b.js:3:1"
    assert thrown_at(stack) == ("https://shop.example/a.js?v=1", 12)
    assert thrown_at("Error: nowhere") == ("", 0)


def test_trackers_are_known_with_what_is_below_them_and_no_others() -> None:
    assert whose("www.google-analytics.com") and whose("region1.google-analytics.com.") and whose("T.CO")
    assert not whose("google.com") and not whose("www.google.com") and not whose("notgoogle-analytics.com")
    assert not whose("com") and not whose("")
