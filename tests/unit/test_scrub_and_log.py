"""What slipped through the plugin's redactor is cut; log lines are JSON without secrets."""

import io
import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar import scrub as scrubbing
from sidecar.log import set_up
from sidecar.scrub import ADDRESS, CONTROLS, CREDENTIALS, scrub, scrub_all, scrub_dialogue, suspicious


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("550 <jo.doe@shop.example> unknown", "550 <***@shop.example> unknown"),
        ("to=jo%40shop.example", "to=***%40shop.example"),
        ('"jo doe"@shop.example', "***@shop.example"),
        ("grüße@bücher.example", "***@bücher.example"),
        ("wordpress@[192.0.2.1] and a@b", "***@[192.0.2.1] and ***@b"),
        ("hashed-0123456789ab@shop.example", "hashed-0123456789ab@shop.example"),
        ("hashed-0123456789AB@shop.example", "***@shop.example"),
        ("xhashed-0123456789ab@shop.example", "***@shop.example"),
        ("C: AUTH PLAIN AGpvAGh1bnRlcg==", "C: AUTH PLAIN ***"),
        ("C: auth login am9obkBh", "C: auth login ***"),
        ("250-AUTH PLAIN LOGIN XOAUTH2 SCRAM-SHA-256", "250-AUTH PLAIN LOGIN XOAUTH2 SCRAM-SHA-256"),
        ("AUTH LOGIN command failed", "AUTH LOGIN command failed"),
        ("535 5.7.8 Username and Password not accepted", "535 5.7.8 Username and Password not accepted"),
        ("Authorization: Basic am86aHVudGVy", "Authorization: Basic ***"),
        ("Authorization: Bearer abc.def-ghi_jkl", "Authorization: Bearer ***"),
        ("https://user:hunter2@host.example/x", "https://***@host.example/x"),
        ("password=hunter2&x=1", "password=***&x=1"),
        ("'smtp_pass' => 'hunter2',", "'smtp_pass' => '***',"),
        ('{"api_key": "abc123"}', '{"api_key": "***"}'),
        ("token: deadbeef", "token: ***"),
        ("key-0123456789abcdef0123456789abcdef", "***"),
        ("SG.abcdefghijklmnop.abcdefghijklmnop", "***"),
        ("class@anonymous\x00/wp-content/x.php", "***@anonymous/wp-content/x.php"),
        ("red \x9b31m on a terminal", "red 31m on a terminal"),
        ("tab\tand\nline stay\r", "tab\tand\nline stay\r"),
        ("plain words: 421 try again later", "plain words: 421 try again later"),
    ],
)
def test_addresses_and_credentials_are_cut_and_the_rest_stays(text, clean):
    assert scrub(text) == clean
    assert scrub(clean) == clean, "scrubbed again it is the same"


def everything(text):
    text = text.translate(CONTROLS)
    for pattern, instead in CREDENTIALS:
        text = pattern.sub(instead, text)
    return ADDRESS.sub(scrubbing._unless_hashed, text)


PIECES = [
    "AUTH ",
    "PLAIN ",
    "login ",
    "AGpvAGh1bnRlcg==",
    "@",
    "a.example",
    "hashed-0123456789ab@",
    "pass",
    "word",
    "=",
    ": ",
]
PIECES += [
    "Bearer ",
    "abcdefghijklmnop",
    "://",
    "u:p@",
    "SG.",
    "%40",
    "\x00",
    "api_key",
    "\t",
    "re_",
    "AKIA",
    "key-",
    " ",
    "é",
]


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=12).map("".join))
def test_the_quick_look_never_misses_what_the_whole_one_would_change(text):
    if everything(text) != text:
        assert suspicious(text)
        assert suspicious(json.dumps({"x": text}, ensure_ascii=False))


@given(st.text(max_size=400))
def test_no_text_is_too_strange_to_be_scrubbed(text):
    assert scrub(scrub(text)) == scrub(text) or "@" in text


def test_a_long_text_of_the_worst_kind_is_scrubbed_in_no_time():
    for worst in ("a" * 200_000, "@" * 50_000, '"' * 50_000, "pass" * 50_000, "AUTH PLAIN " * 10_000, "a@" * 50_000):
        scrub(worst)


def test_in_a_dialogue_answers_to_challenges_and_the_message_are_cut():
    lines = ["c: AUTH LOGIN", "S: 334 VXNlcm5hbWU6", "CLIENT: jo", "S: 334", "C: pw", "S: 535 no", "C: QUIT"]
    assert scrub_dialogue(lines) == [
        "c: AUTH LOGIN",
        "S: 334 VXNlcm5hbWU6",
        "C: ***",
        "S: 334",
        "C: ***",
        "S: 535 no",
        "C: QUIT",
    ]
    data = ["C: DATA", "S: 354 go", "C: Subject: x", "C: 250 is in the body", "C: .", "S: 250 ok", "C: QUIT"]
    assert scrub_dialogue(data) == ["C: DATA", "S: 354 go", "C: ***", "S: 250 ok", "C: QUIT"]


def test_what_a_mailer_without_smtp_notes_of_the_message_itself_is_cut():
    lines = [
        "N: Sending with mail()",
        "N: To: Jo <jo@a.example>",
        "N: Subject: private",
        "N: Headers: From: x\r\nX: private",
    ]
    assert scrub_dialogue([*lines, "N: Result: false"]) == ["N: Sending with mail()", "N: Result: false"]


def test_every_text_in_a_structure_is_scrubbed_names_too():
    given_ = {"a@b.example": ["x@y.example", {"dialogue": ["S: 334", "C: c2VjcmV0"], "n": 1, "none": None}]}
    assert scrub_all(given_) == {
        "***@b.example": ["***@y.example", {"dialogue": ["S: 334", "C: ***"], "n": 1, "none": None}]
    }


@pytest.fixture
def logged():
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    set_up("info", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], root.level = before


def test_a_log_line_is_one_line_of_json(logged):
    logging.getLogger("sidecar.x").warning("two\nlines for %s", "jo@shop.example", extra={"site": "site_1", "n": 2})
    [line] = logged()
    assert line["level"] == "warning" and line["logger"] == "sidecar.x" and line["at"].endswith("Z")
    assert line["message"] == "two\nlines for ***@shop.example" and (line["site"], line["n"]) == ("site_1", 2)


def test_secrets_are_in_no_log_line(logged):
    log = logging.getLogger("sidecar.x")
    log.info(
        "connecting to %s", "smtp://user:hunter2@relay.example", extra={"password": "hunter2", "api_token": "hunter2"}
    )
    log.info(
        "told",
        extra={"facts": {"to": "jo@shop.example", "error": "password=hunter2"}, "path": ValueError("pwd=hunter2")},
    )
    try:
        raise ValueError("535 AUTH PLAIN aHVudGVyMg== for jo@shop.example")
    except ValueError:
        log.exception("it broke")
    text = json.dumps(logged())
    assert "hunter2" not in text and "aHVudGVyMg" not in text and "jo@" not in text
    assert "ValueError" in logged()[2]["error"], "the trace is there"


def test_a_record_that_cannot_be_written_as_json_is_written_all_the_same(logged):
    logging.getLogger("sidecar.x").info("odd", extra={"what": {1, 2}, "half": "\ud83d"})
    assert logged()[0]["message"] == "odd"


def test_the_level_is_kept_and_talkative_libraries_are_hushed(logged):
    logging.getLogger("sidecar.x").debug("no")
    logging.getLogger("urllib3.connectionpool").info("GET https://user:hunter2@…")
    assert logged() == []
