"""The grammar of MTA-STS records and policies, and of TLS report records (RFC 8461 §3, RFC 8460 §3)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnostics.mail.transport.policy import (
    BadPolicy,
    Policy,
    read_id,
    read_policy,
    sts_records,
    write_policy,
    write_record,
)
from diagnostics.mail.transport.tls_rpt import judge_tls_rpt, look_at_tls_rpt
from tests.servers.zone import Zone
from tests.unit.transport_lab import DOMAIN, NOW


@pytest.mark.parametrize(
    ("record", "found"),
    [
        (b"v=STSv1; id=20260831085700Z;", "20260831085700Z"),
        (b"v=STSv1 ; id=a", "a"),
        (b"v=STSv1; \t id=a1  \t;", "a1"),
        (b"v=STSv1; id=a; more=1; x.y-z=!", "a"),
        (b"v=STSv1; id=" + b"9" * 32, "9" * 32),
    ],
)
def test_a_record_that_follows_the_grammar_gives_its_id(record: bytes, found: str) -> None:
    assert sts_records([record])[0] == [record]
    assert read_id(record) == found


@pytest.mark.parametrize(
    "record",
    [
        b"v=STSv1;", b"v=STSv1; id=", b"v=STSv1; id=a-1", b"v=STSv1; ext=1", b"v=STSv1; id=" + b"9" * 33,
        b"v=STSv1; id=a;;", b"v=STSv1; id=a; more=", b"v=STSv1; id=a; 1%=a", b"v=STSv1; id=a; x==",
        b"v=STSv1; id=a; " + b"k" * 33 + b"=1", b"v=STSv1; id\xff=a",
    ],
)  # fmt: skip
def test_a_record_that_breaks_the_grammar_is_refused(record: bytes) -> None:
    with pytest.raises(BadPolicy):
        read_id(record)


def test_only_what_begins_as_the_rfc_says_is_a_record() -> None:
    texts = [b"v=STSv1", b"v=STSv10; id=a", b"v=stsv1; id=a", b"v=spf1 -all", b"V=STSv1; id=a"]
    assert sts_records(texts) == ([], [b"v=STSv1", b"v=STSv10; id=a", b"v=stsv1; id=a", b"V=STSv1; id=a"])


@pytest.mark.parametrize(
    ("text", "policy"),
    [
        (
            "version: STSv1\nmode: testing\nmx: a.test\nmx: b.test\nmax_age: 9\n",
            Policy("testing", ("a.test", "b.test"), 9),
        ),
        (
            "version:STSv1\r\nmode:\tenforce\r\nmx: \t *.A.test \r\nmax_age: 0\r\n",
            Policy("enforce", ("*.a.test",), 0),
        ),
        ("max_age: 1\nversion: STSv1\nmode: none", Policy("none", (), 1)),
        ("version: STSv1\nmode: none\nmode: enforce\nmax_age: 1\nmore: any thing", Policy("none", (), 1)),
    ],
)  # fmt: skip
def test_a_policy_that_follows_the_grammar_is_read(text: str, policy: Policy) -> None:
    assert read_policy(text.encode()) == policy


GOOD = {"version": "STSv1", "mode": "enforce", "mx": "a.test", "max_age": "1"}


@pytest.mark.parametrize(
    "change",
    [
        {"version": "STSv0"},
        {"version": None},
        {"mode": "bad"},
        {"mode": None},
        {"mode": "testing", "mx": None},
        {"max_age": None},
        {"max_age": "01234567890"},
        {"max_age": "-1"},
        {"max_age": "٣"},
        {"mx": ""},
        {"mx": "*.*.test"},
        {"mx": "**.test"},
        {"mx": "a.test-"},
        {"mx": "mø.test"},
        {"mx": "a" * 60_000},
        {"ext": ""},
        {"_bad": "x"},
    ],
)
def test_a_policy_that_breaks_the_grammar_is_refused(change: dict[str, str | None]) -> None:
    fields = {key: value for key, value in {**GOOD, **change}.items() if value is not None}
    with pytest.raises(BadPolicy):
        read_policy("\n".join(f"{key}: {value}" for key, value in fields.items()).encode())


def test_the_policy_that_these_break_is_good_without_them() -> None:
    assert read_policy("\n".join(f"{key}: {value}" for key, value in GOOD.items()).encode()).mode == "enforce"
    with pytest.raises(BadPolicy):
        read_policy(b"")


@pytest.mark.parametrize(
    ("pattern", "host", "covered"),
    [
        ("mx.a.test", "MX.A.test.", True),
        ("*.a.test", "mx.a.test", True),
        ("*.a.test", "a.test", False),
        ("*.a.test", "x.mx.a.test", False),
        ("mx.a.test", "mx2.a.test", False),
    ],
)
def test_a_wildcard_stands_for_one_label(pattern: str, host: str, covered: bool) -> None:
    assert Policy("enforce", (pattern,), 1).covers(host) is covered


@given(st.binary(max_size=300))
def test_whatever_is_served_is_a_policy_or_refused(text: bytes) -> None:
    for read in (read_policy, read_id):
        try:
            read(text)
        except BadPolicy as error:
            assert error.why and error.why.isprintable()


def test_what_is_written_is_read_back() -> None:
    text = write_policy("enforce", ["mx.a.test", "*.b.test"], 604800)
    assert read_policy(text.encode()) == Policy("enforce", ("mx.a.test", "*.b.test"), 604800)
    assert read_id(write_record(NOW).encode()) == "20261124120000"


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("v=TLSRPTv1; rua=mailto:t@a.test;", "tls_rpt.sound"),
        ("v=TLSRPTv1 ;rua=mailto:t@a.test , \t https://a.test/tls  ", "tls_rpt.sound"),
        ("v=TLSRPTv1; rua=mailto:t@a.test?subject=tls; ext=yes", "tls_rpt.sound"),
        ("v=TLSRPTv1; rua=mailto:t@a.test; long=" + "x" * 5000, "tls_rpt.sound"),
        ("v=TLSRPTv1; rua=mailto:t@" + "a." * 25_000 + "!", "tls_rpt.malformed"),
        ("v=TLSRPTv1; ext=1", "tls_rpt.malformed"),
        ("v=TLSRPTv1; rua=", "tls_rpt.malformed"),
        ("v=TLSRPTv1; rua=,, ,", "tls_rpt.malformed"),
        ("v=TLSRPTv1; rua=http://a.test/x", "tls_rpt.malformed"),
        ("v=TLSRPTv1; rua=mailto:t@a.test other", "tls_rpt.malformed"),
        ("v=TLSRPTv2; rua=mailto:t@a.test", "tls_rpt.malformed"),
    ],
)
async def test_a_report_record_is_judged_by_its_grammar(record: str, code: str) -> None:
    view = await look_at_tls_rpt(DOMAIN, Zone().add(f"_smtp._tls.{DOMAIN}", "TXT", record))
    assert [each.code for each in judge_tls_rpt(view, [])] == [code]
