"""The token stream: cut where a browser cuts, whatever the page is made of, in time linear to its length."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.forms.page.document import MOST_TOKENS, TooManyTags, read_document
from diagnostics.forms.page.fetch import Answer
from diagnostics.forms.page.markup import Comment, End, Start, Text, Token, tokens
from diagnostics.forms.page.seen import decoded

PIECES = [
    *("<", ">", "</", "/>", "<!--", "-->", "--!>", "<script>", "</script>", "<textarea>", "</textarea>", "<svg>"),
    *("<form>", "</form>", "<input name=a>", "<div>", "</div>", "<template>", "</template>", "<![CDATA[", "]]>"),
    *("</svg>", "<title>", "</title>", '"', "'", "=", " ", "a", "&amp;", "&#x0;", "\0", "<?", "<!", "<noscript>"),
]


def tags(text: str) -> list[str]:
    return [
        f"/{each.name}" if isinstance(each, End) else each.name
        for each in tokens(text)
        if isinstance(each, Start | End)
    ]


def first(text: str) -> Token:
    return next(tokens(text))


def test_attributes_are_read_with_and_without_quotes_and_the_first_of_two_counts() -> None:
    tag = first("<INPUT Name='a' VALUE=b&amp;c disabled = \"x\" name=z / data-x>")
    assert isinstance(tag, Start) and tag.name == "input"
    assert dict(tag.attrs) == {"name": "a", "value": "b&c", "disabled": "x", "data-x": ""}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<script>if (a<b) '</form>'</script><b>", ["script", "/script", "b"]),
        ("<script><!-- <script> </script> --></script><b>", ["script", "/script", "b"]),
        ("<script><!-- </script><b>", ["script", "/script", "b"]),
        ("<textarea><form></textarea><b>", ["textarea", "/textarea", "b"]),
        ("<noscript><form></noscript><b>", ["noscript", "/noscript", "b"]),
        ("<style></styles></style><b>", ["style", "/style", "b"]),
        ("<!--> <b>", ["b"]),
        ("<!-- <form> --!><b>", ["b"]),
        ("<!-- <form>", []),
        ("<svg><title/><style><b></svg><i>", ["svg", "title", "style", "b", "/svg", "i"]),
        ("<svg><![CDATA[<form>]]></svg><b>", ["svg", "/svg", "b"]),
        ("<![CDATA[<form>]]><b>", ["b"]),
        ("a < b <b>", ["b"]),
        ("<a href='x", []),
        ("</ ><?php <b> ?><i>", ["i"]),
        ("<plaintext><form>", ["plaintext"]),
    ],
)
def test_a_page_is_cut_where_a_browser_cuts_it(text: str, wanted: list[str]) -> None:
    assert tags(text) == wanted


def test_what_stands_in_a_comment_or_a_script_is_told_as_it_is() -> None:
    assert first("<!-- cached@1 -->") == Comment(" cached@1 ")
    assert list(tokens("<script>a&amp;b</script>"))[1] == Text("a&amp;b", "script")
    assert list(tokens("<title>a&amp;b</title>"))[1] == Text("a&b", "title")


@pytest.mark.parametrize(
    "bomb",
    [
        "<div>" * 300_000,
        "<p a='" * 300_000,
        "<p " + "a=1 " * 400_000,
        "<!--" * 400_000,
        "<script>" * 300_000,
        "<!--<script>" * 200_000,
        "<textarea>" * 200_000,
        "<" * 1_500_000,
        "<svg>" * 60_000,
        "&#" * 800_000,
        "\0" * 1_500_000,
        "".join(f"<b id={number}>" for number in range(5_000)) + "<p>x" * 20_000,
        "<form>" + "<div>" * 40_000 + "</form>" + "<input>" * 40_000,
    ],
    ids=lambda bomb: repr(bomb[:12]),
)
def test_a_page_made_to_cost_much_costs_little(bomb: str) -> None:
    started = time.process_time()
    try:
        read_document(bomb)
    except TooManyTags:
        assert len(bomb) > MOST_TOKENS
    assert time.process_time() - started < 8  # seen: under 1.5 s; a tree takes minutes for some of them


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_no_page_breaks_the_reading_and_nothing_of_it_is_lost_between_tags(text: str) -> None:
    read_document(text)
    at = -1
    for token in tokens(text):
        if isinstance(token, Start):
            assert token.at > at and text[token.at] == "<"
            at = token.at


@pytest.mark.parametrize(
    ("body", "said", "text"),
    [
        ("ü".encode(), "text/html; charset=UTF-8", "ü"),
        ("ü".encode("latin-1"), "text/html; charset=iso-8859-1", "ü"),
        ("€".encode("cp1252"), "text/html; charset=latin1", "€"),  # as browsers read it
        ("ж".encode("koi8-r"), 'text/html; charset="KOI8-R"', "ж"),
        (b'<meta charset="windows-1251">' + "ж".encode("cp1251"), "text/html", '<meta charset="windows-1251">ж'),
        ("\ufeffü".encode(), "text/html; charset=iso-8859-1", "ü"),
        ("ü".encode("utf-16"), "text/html", "ü"),
        ("ü".encode("latin-1"), "text/html; charset=UTF-8", "\ufffd"),
        ("ü".encode(), "text/html; charset=idna", "ü"),  # no encoding of the web
        (b"a\0b", "text/html", "a\ufffdb"),
    ],
)
def test_a_page_is_read_in_the_encoding_that_a_browser_takes(body: bytes, said: str, text: str) -> None:
    assert decoded(Answer("https://a.example/", 200, (("content-type", said),), body)) == text
