"""A DMARC record's text: which TXT is one, what its tags mean, and what it becomes when it is mended."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnostics.mail.dmarc import is_policy_record, parse
from diagnostics.mail.dmarc.mend import changed, fresh, mended, merged
from diagnostics.mail.dmarc.record import is_near_record
from diagnostics.mail.dmarc.uris import read_uris


@pytest.mark.parametrize(
    "text",
    [b"v=DMARC1", b"v=DMARC1;", b"v=DMARC1; p=none", b"v = DMARC1 ; p=none", b"V=DMARC1;p=none", b"v=DMARC1\t;p=none"],
)
def test_a_record_is_one_by_its_first_tag(text: bytes) -> None:
    assert is_policy_record(text)
    assert not is_near_record(text)


@pytest.mark.parametrize(
    "text",
    [
        b" v=DMARC1; p=none",
        b"v=dmarc1; p=none",
        b"v=DMARC1x; p=none",
        b"v=DMARC1 p=none",
        b"v=DMARC1, p=none",
        b'"v=DMARC1; p=none"',
        "\u201cv=DMARC1; p=none\u201d".encode(),
        b"p=none; rua=mailto:a@b.example",
        b"v:DMARC1; p=none",
        b"DMARC1; p=none",
        b"\xef\xbb\xbfv=DMARC1; p=none",
        b"\xc2\xa0v=DMARC1; p=none",
    ],
)
def test_what_receivers_do_not_take_for_a_record_is_told_from_other_texts(text: bytes) -> None:
    assert not is_policy_record(text)
    assert is_near_record(text)
    assert parse(mended(text.decode()).encode()).p == "none"
    with pytest.raises(ValueError, match="v=DMARC1"):
        parse(text)


@pytest.mark.parametrize("text", [b"v=spf1 -all", b"google-site-verification=abc", b"", b"v=DKIM1; p=AAAA", b"hello"])
def test_other_texts_are_not_taken_for_broken_dmarc_records(text: bytes) -> None:
    assert not is_policy_record(text)
    assert not is_near_record(text)


def test_tags_are_read_whatever_their_case_and_spaces() -> None:
    found = parse(b"v=DMARC1;  P = Reject ;SP=QUARANTINE;np=none; ADKIM=S; aspf = s; t=Y; psd=N; fo=1:d;; ")
    assert (found.p, found.sp, found.np) == ("reject", "quarantine", "none")
    assert (found.adkim, found.aspf, found.testing, found.psd) == ("s", "s", True, "n")
    assert found.problems == ()


def test_defaults_stand_where_tags_are_missing() -> None:
    found = parse(b"v=DMARC1; p=none")
    assert (found.sp, found.np, found.adkim, found.aspf, found.psd) == (None, None, "r", "r", "u")
    assert (found.testing, found.pct, found.rua) == (False, 100, ())


def test_unknown_tags_are_ignored_and_removed_ones_named() -> None:
    found = parse(b"v=DMARC1; p=none; pct=50; rf=afrf; ri=86400; color=blue")
    assert (found.problems, found.removed, found.unknown, found.pct) == ((), ("pct", "rf", "ri"), ("color",), 50)


@pytest.mark.parametrize(
    ("tags", "wrong"),
    [
        ("p=rejct", "p"),
        ("p=none; sp=quarantin", "sp"),
        ("p=none; np=-", "np"),
        ("p=none; adkim=strict", "adkim"),
        ("p=none; psd=x", "psd"),
        ("p=none; fo=2", "fo"),
        ("p=none; rua=a@b.example", "rua"),
        ("p=none; p=reject", "p"),
        ("p=", "p"),
        ("p=none; sp=", "sp"),
        ("p=\u201cnone\u201d", "p"),
        ("p=none; reject", ""),
    ],
)
def test_each_mistake_is_named_with_its_tag(tags: str, wrong: str) -> None:
    [problem] = parse(f"v=DMARC1; {tags}".encode()).problems
    assert problem.tag == wrong
    assert problem.detail


@pytest.mark.parametrize(
    ("tags", "spoilt", "applies"),
    [
        ("p=none", False, True),
        ("rua=mailto:a@b.example", True, True),
        ("adkim=s", True, False),
        ("p=rejct", True, False),
        ("p=rejct; rua=mailto:a@b.example", True, True),
        ("p=reject; sp=rejct", True, False),
        ("p=reject; np=rejct; rua=mailto:a@b.example", True, True),
        ("p=rejct; rua=a@b.example", True, False),
        ("p=rejct; rua=a@b.example,mailto:a@b.example", True, True),
    ],
)
def test_a_record_without_a_usable_policy_counts_only_with_a_usable_rua(tags: str, spoilt: bool, applies: bool) -> None:
    found = parse(f"v=DMARC1; {tags}".encode())  # RFC 9989 §4.10.1
    assert (found.spoilt, found.applies) == (spoilt, applies)


@pytest.mark.parametrize(
    ("uri", "host", "problem"),
    [
        ("mailto:a@b.example", "b.example", ""),
        ("MAILTO:A@B.Example", "b.example", ""),
        ("mailto:a%2Bb@b.example", "b.example", ""),
        ("mailto:a@b.example?subject=x", "b.example", ""),
        ("https://b.example/in", "", ""),  # in order, and of no use to who sends mail
        ("a@b.example", "", "mailto: is missing before the address"),
        ("b.example", "", "it is no URI"),
        ("mailto: a@b.example", "", "it has a space or a character that no URI has"),
        ("mailto:b.example", "", "what follows mailto: is no address"),
        ("mailto://a@b.example", "", "mailto: takes no slashes"),
        ("mailto:a@b", "", "what follows mailto: is no address"),
        ("mailto:a!b@b.example", "", "the exclamation mark is not written as %21"),
    ],
)
def test_a_report_address_is_read_as_a_uri(uri: str, host: str, problem: str) -> None:
    [found] = read_uris(uri)
    assert (found.host, found.problem) == (host, problem)


def test_a_size_after_an_address_is_kept_apart() -> None:
    first, second = read_uris("mailto:a@b.example!10m , mailto:c@d.example")
    assert (first.host, first.size, first.problem) == ("b.example", "10m", "")
    assert (second.host, second.size) == ("d.example", "")


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("v=DMARC1; p=rejct", "v=DMARC1; p=reject"),
        ("v=DMARC1; p=quarentine", "v=DMARC1; p=quarantine"),
        ("v=DMARC1; p=block", "v=DMARC1; p=none"),
        ("v=DMARC1, p=reject, rua=mailto:a@b.example, mailto:c@d.example", None),
        ('"v=DMARC1\\; p=none\\; rua=mailto:a@b.example"', "v=DMARC1; p=none; rua=mailto:a@b.example"),
        ("v=DMARC1 p=none rua=mailto:a@b.example", "v=DMARC1; p=none; rua=mailto:a@b.example"),
        ("v=DMARC1; rua=a@b.example; p=reject; pct=20", "v=DMARC1; p=reject; rua=mailto:a@b.example"),
        ("v=DMARC1; p=none; rua=mailto: a@b.example", "v=DMARC1; p=none; rua=mailto:a@b.example"),
        ("v=DMARC1; p=none; rua=mailto://a@b.example!10m", "v=DMARC1; p=none; rua=mailto:a@b.example"),
        ("p=reject; sp=none; adkim=s", "v=DMARC1; p=reject; sp=none; adkim=s"),
        ("v=DMARC1; p=none; rua=nobody", "v=DMARC1; p=none"),
    ],
)
def test_a_broken_record_is_mended_to_what_was_meant(broken: str, whole: str | None) -> None:
    whole = whole or "v=DMARC1; p=reject; rua=mailto:a@b.example,mailto:c@d.example"
    assert mended(broken) == whole
    assert parse(whole.encode()).problems == ()
    assert mended(broken, gentle=True).startswith("v=DMARC1; p=none")


def test_several_records_become_one_with_the_weakest_policy_and_all_addresses() -> None:
    texts = ["v=DMARC1; p=reject; rua=mailto:a@b.example", "v=DMARC1; p=quarantine; rua=mailto:c@d.example; adkim=s"]
    assert merged(texts) == "v=DMARC1; p=quarantine; rua=mailto:a@b.example,mailto:c@d.example"


def test_a_long_list_of_addresses_is_kept_whole() -> None:
    uris = ",".join(f"mailto:{'x' * 50}{at}@b.example" for at in range(40))
    assert mended(f"v=DMARC1; p=rejct; rua={uris}") == f"v=DMARC1; p=reject; rua={uris}"
    assert changed(parse(f"v=DMARC1; p=none; rua={uris}".encode()), p="reject") == f"v=DMARC1; p=reject; rua={uris}"


def test_a_change_keeps_what_else_stands_in_the_record() -> None:
    record = parse(b"v=DMARC1; rua=mailto:a@b.example; p=none; color=blue; t=y")
    said = changed(record, without=["t"], p="quarantine")
    assert said == "v=DMARC1; p=quarantine; rua=mailto:a@b.example; color=blue"
    assert fresh("a@b.example") == "v=DMARC1; p=none; rua=mailto:a@b.example"
    assert fresh("") == "v=DMARC1; p=none"


@pytest.mark.parametrize(
    "text", [b"v=DMARC1; p=" + b"x" * 70_000, b"v=DMARC1;" + b";a=b" * 20_000, b"v=DMARC1; \xff=\x00"]
)
def test_a_huge_or_wild_record_is_read_and_shown_bounded(text: bytes) -> None:
    found = parse(text)
    assert len(found.text) <= 4097
    assert all(each.isprintable() for each in found.text)
    assert len(found.problems) <= 10
    assert all(len(each.detail) < 700 and each.detail.isprintable() for each in found.problems)


PIECES = st.sampled_from(
    [
        *("v=DMARC1", "p=", "reject", "none", ";", ",", " ", '"', "rua=", "ruf=", "mailto:", "a@b.example", "!10m"),
        *("sp=", "fo=1", "psd=y", "t=y", "adkim=s", "\u201c", "\\", "%21", "=", "np", "@", "\x00", "xn--", "é"),
        *("fo=0:0:1:d:s", "://", "?x=1", "pct=5"),
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=60))
def test_whatever_stands_there_the_proposed_record_is_in_order(text: str) -> None:
    for made in (mended(text), mended(text, gentle=True), merged([text, "v=DMARC1; p=none"])):
        found = parse(made.encode())
        assert (found.problems, found.spoilt, found.removed) == ((), False, ())
