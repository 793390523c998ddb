"""Reading what a mailer, relay or PHP said: wrapping, dialogues, labelled bounces, any text at all."""

from __future__ import annotations

import json
import re
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagnostics.check import all_codes
from diagnostics.finding import Verdict
from diagnostics.mail.codes import CODES
from diagnostics.mail.codes.declare import Fault
from diagnostics.mail.providers import PROVIDERS, by_host, by_name, by_text
from diagnostics.mail.replies import read
from diagnostics.mail.reply_text import HEAD, QUOTED, TAIL
from diagnostics.mail.rules import RULES
from tests.bench.replies import BAR_RIGHT, BAR_WRONG, bounce_cases, measure, show, text_cases, totals, vectors

FOLDER = vectors()
needs_vectors = pytest.mark.skipif(
    FOLDER is None, reason="no labelled bounces: AFTERCARE_VECTORS is not set and ../shared/vectors is not there"
)

WRONG_PASSWORD = """\
S: 220 relay.example ESMTP
C: EHLO site.example
S: 250-relay.example
S: 250-STARTTLS
S: 250 AUTH PLAIN LOGIN
C: STARTTLS
S: 220 2.0.0 Ready to start TLS
C: EHLO site.example
S: 250-relay.example
S: 250 AUTH PLAIN LOGIN
C: AUTH LOGIN
S: 334 VXNlcm5hbWU6
C: ***
S: 334 UGFzc3dvcmQ6
C: ***
S: 535 5.7.8 Error: authentication failed: authentication failure
C: QUIT
S: 221 2.0.0 Bye
"""


@needs_vectors
@pytest.mark.parametrize("which", ["texts", "whole bounces"])
def test_real_bounces_are_named_right_or_not_at_all(which: str) -> None:
    assert FOLDER is not None
    cases = text_cases(FOLDER) if which == "texts" else list(bounce_cases(FOLDER))
    table, misses, _ = measure(cases)
    print("\n" + show(f"{which}: {len(cases)}", table, misses))
    sums = totals(table)
    assert sums["right"] >= BAR_RIGHT * len(cases)
    assert sums["wrong"] <= BAR_WRONG * len(cases)


class TestWrapping:
    def test_a_reply_of_several_lines_is_joined_and_its_codes_said_once(self) -> None:
        reading = read("550-5.7.26 This mail is\n550-5.7.26 unauthenticated and not\n550 5.7.26 accepted. - gsmtp")
        assert reading.text == "550 5.7.26 This mail is unauthenticated and not accepted. - gsmtp"
        assert (reading.basic_code, reading.enhanced_status) == (550, "5.7.26")

    @pytest.mark.parametrize(
        "wrapped",
        [
            "smtp; 550 5.1.1 <a@b.example>: Recipient address rejected: User unknown",
            "SMTP Error: The following recipients failed: a@b.example: &lt;a@b.example&gt;: Recipient address "
            "rejected: User unknown SMTP server error: RCPT TO command failed Detail: User unknown SMTP code: 550 "
            "Additional SMTP info: 5.1.1",
            "<p>Mailer Error:<br />550 5.1.1 &amp;lt;a@b.example&amp;gt;: User unknown</p>",
            "wp_mail_failed: SMTP Error: 550 5.1.1 User unknown",
            "[WP Mail SMTP] There was a problem: The following recipients failed: a@b.example: 550 5.1.1 User unknown",
            "FluentSMTP: 550 5.1.1 <a@b.example> User unknown in virtual mailbox table",
            "host mx.b.example[192.0.2.1] said: 550 5.1.1 <a@b.example>: User unknown (in reply to RCPT TO command)",
            "550 5.1.1 <a@b.example>: User unkn",
        ],
    )
    def test_the_same_reply_is_seen_through_every_wrapping(self, wrapped: str) -> None:
        reading = read(wrapped)
        assert reading.code.code == "smtp.recipient.unknown"
        assert (reading.basic_code, reading.enhanced_status) == (550, "5.1.1")

    def test_phpmailer_puts_the_codes_behind_the_words(self) -> None:
        reading = read(
            "SMTP Error: data not accepted.SMTP server error: DATA END command failed Detail: Message size exceeds "
            "fixed limit SMTP code: 552 Additional SMTP info: 5.3.4"
        )
        assert (reading.basic_code, reading.enhanced_status, reading.stage) == (552, "5.3.4", "end_of_data")

    def test_an_error_number_of_the_socket_is_no_reply_code(self) -> None:
        reading = read("SMTP server error: Failed to connect to server SMTP code: 110 Additional SMTP info: timed out")
        assert reading.basic_code is None
        assert reading.code.code == "smtp.connect.timeout"

    def test_iso_2022_jp_escapes_are_decoded(self) -> None:
        text = "宛先のユーザーが見つかりません".encode("iso2022_jp").decode("ascii")
        assert read(f"X-Notes; {text}").code.code == "smtp.recipient.unknown"

    def test_the_copy_of_the_mail_in_a_bounce_is_not_read(self) -> None:
        bounce = (
            "Remote host said: 550 5.1.1 <a@b.example>... User Unknown\n\n--- Below this line is a copy of the "
            "message.\n\nSubject: spam virus 554 5.7.1 blocked using zen.spamhaus.org"
        )
        assert read(bounce).code.code == "smtp.recipient.unknown"

    def test_the_name_before_an_at_sign_is_no_statement(self) -> None:
        assert (
            read("550 5.1.2 <mailboxfull@nowhere.example>: Host unknown").code.code == "smtp.recipient.domain_unknown"
        )

    def test_the_body_of_an_api_is_read_and_its_http_status_is_no_smtp_code(self) -> None:
        reading = read(
            '401 Unauthorized {"errors":[{"message":"The provided authorization grant is invalid, expired, '
            'or revoked"}]}'
        )
        assert (reading.code.code, reading.stage, reading.basic_code) == ("smtp.auth.api_key_rejected", "api", None)


class TestDialogue:
    def test_the_last_refusal_and_the_command_before_it_count(self) -> None:
        reading = read(WRONG_PASSWORD)
        assert (reading.code.code, reading.stage, reading.basic_code) == ("smtp.auth.rejected", "auth", 535)
        assert reading.text == "535 5.7.8 Error: authentication failed: authentication failure"

    def test_the_dialogue_wins_over_the_mailers_own_sentence(self) -> None:
        assert read("SMTP Error: Could not authenticate.").code.code == "smtp.auth.failed"
        assert read("SMTP Error: Could not authenticate.\n" + WRONG_PASSWORD).code.code == "smtp.auth.rejected"

    def test_a_refusal_that_only_follows_from_an_earlier_one_is_passed_over(self) -> None:
        reading = read(
            "C: RCPT TO:<a@b.example>\nS: 554 5.7.1 <a@b.example>: Relay access denied\nC: DATA\n"
            "S: 503 5.5.1 Error: need RCPT command\nC: QUIT\nS: 221 Bye"
        )
        assert (reading.code.code, reading.stage) == ("smtp.relay.denied", "rcpt")

    def test_a_refusal_after_the_content_is_at_the_end_of_data(self) -> None:
        reading = read(
            "CLIENT -> SERVER: DATA\nSERVER -> CLIENT: 354 go on\nCLIENT -> SERVER: Subject: x\nCLIENT -> SERVER: .\n"
            "SERVER -> CLIENT: 552 5.3.4 Message too big for system"
        )
        assert (reading.code.code, reading.stage) == ("smtp.content.too_big", "end_of_data")

    def test_phpmailers_debug_lines_with_their_time_are_a_dialogue(self) -> None:
        reading = read(
            "2026-11-24 09:12:01 CLIENT -> SERVER: MAIL FROM:<w@a.example>\n"
            "2026-11-24 09:12:01 SERVER -> CLIENT: 553 5.7.1 <w@a.example>: Sender address rejected: not owned by "
            "user x"
        )
        assert (reading.code.code, reading.stage) == ("smtp.sender.not_allowed", "mail")

    def test_a_dialogue_that_ends_well_is_accepted(self) -> None:
        reading = read("C: DATA\nS: 354 go on\nC: .\nS: 250 2.0.0 Ok: queued as 4A1B\nC: QUIT\nS: 221 Bye")
        assert reading.code.verdict is Verdict.PASS

    def test_a_dialogue_that_breaks_off_is_no_guess_but_keeps_the_stage(self) -> None:
        reading = read("S: 220 relay\nC: EHLO a\nS: 250 relay\nC: AUTH LOGIN")
        assert (reading.code.code, reading.stage) == ("smtp.unclassified", "auth")

    def test_a_blocked_greeting_is_not_a_blocked_mail(self) -> None:
        reading = read("S: 554 mx.example.net ESMTP not accepting connections from 203.0.113.9, access denied")
        assert (reading.code.code, reading.stage) == ("smtp.policy.ip_blocked", "greeting")


class TestContext:
    def test_the_stage_that_was_given_decides_where_words_do_not(self) -> None:
        assert read("502 Command not implemented", stage="auth").code.code == "smtp.auth.not_offered"
        assert read("502 Command not implemented", stage="starttls").code.code == "smtp.tls.not_offered"

    def test_the_provider_is_known_by_its_host_or_its_own_words(self) -> None:
        assert read("535 no", host="smtp-relay.brevo.com").provider == "brevo"
        assert read("550 5.1.1 nothing here - gsmtp").provider == "google"

    def test_the_web_hosts_own_server_may_keep_the_mail_to_itself(self) -> None:
        text = '550 "No Such User Here"'
        assert read(text, host="localhost").code.code == "smtp.route.local_instead_of_mx"
        assert read(text, host="mx.example.net").code.code == "smtp.recipient.unknown"

    def test_time_heals_a_limit_though_the_reply_says_5xx(self) -> None:
        reading = read(
            "550 Domain example.com has exceeded the max emails per hour (51/50 (102%)) allowed. Message discarded."
        )
        assert (reading.temporary, reading.fault) == (True, "web host")

    def test_a_reading_is_the_object_of_the_protocol(self) -> None:
        answer = json.loads(json.dumps(read("535 5.7.8 Authentication failed", host="relay.example").to_json()))
        assert answer["subject"] == "relay.example"
        assert (answer["code"], answer["verdict"]) == ("smtp.auth.rejected", "fail")
        assert answer["reply"]["basic_code"] == 535
        assert answer["findings"][0]["code"] == answer["code"]
        assert answer["remedy"] == answer["findings"][0]["remedy"]
        assert {"meaning", "fault", "temporary", "sure", "follow_up"} <= answer.keys()


class TestCodes:
    def test_every_code_says_what_it_means_how_it_is_proved_and_what_to_do(self) -> None:
        for code in CODES:
            assert code.meaning and code.proof and code.summary, code.code
            if code.verdict in (Verdict.FAIL, Verdict.WARN):
                assert code.remedy and code.fault is not Fault.NOBODY, code.code
            if not code.sure:
                assert code.follow_up, f"{code.code}: what separates its causes?"

    def test_every_code_of_the_taxonomy_is_known_to_the_registry(self) -> None:
        assert {code.code for code in CODES} <= all_codes().keys()

    def test_every_code_but_the_provider_silent_ones_has_a_rule(self) -> None:
        ruled = {rule.code.code for rule in RULES}
        # Found by comparing or by silence, not by a text: the checks emit them.
        by_other_means = {"smtp.accepted", "smtp.unclassified", "smtp.sender.rewritten"}
        assert {code.code for code in CODES} - ruled == by_other_means

    def test_no_template_leaves_a_brace(self) -> None:
        for code in CODES:
            reading = read("550 5.1.1 User unknown")
            finding = type(reading)(code, 550, "", "", "", "x").finding("relay.example")
            assert "{" not in finding.summary
            assert finding.remedy is None or "{evidence" not in finding.remedy.text + finding.remedy.copy


class TestProviders:
    def test_every_name_and_host_leads_to_its_provider(self) -> None:
        for provider in PROVIDERS:
            assert by_name(provider.name) is provider
            for host in provider.hosts:
                assert by_host(f"x.{host}") is not None

    def test_the_longer_end_of_a_host_name_wins(self) -> None:
        business, free = by_host("smtp.office365.com"), by_host("smtp-mail.outlook.com")
        assert business and free
        assert (business.name, free.name) == ("microsoft365", "outlook")

    def test_a_host_that_only_looks_like_one_is_none(self) -> None:
        assert by_host("notgmail.com") is None
        assert by_text("nothing of the kind") is None


FRAGMENTS = st.sampled_from(
    ["550 ", "550-5.7.1 ", "5.1.1 ", "S: ", "C: ", "\n", "<", ">", "{", '{"', "[", "]", "}", "&lt;", "&amp;",
     "\x1b$B", "\x1b(B", "smtp;", "Diagnostic-Code: ", "a" * 40, "@", " ", ".", ":", "dmarc ", "mailbox ", "not ",
     "user ", "1.1.1.1", "ü", "メ"]
)  # fmt: skip


class TestAnyText:
    @settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        st.text(max_size=400) | st.lists(FRAGMENTS, max_size=60).map("".join),
        st.text(max_size=12),
        st.text(max_size=12),
    )
    def test_reading_never_raises_and_always_answers(self, text: str, stage: str, provider: str) -> None:
        reading = read(text, stage=stage, provider=provider)
        assert json.dumps(reading.to_json())
        assert len(reading.text) <= QUOTED + 2

    @pytest.mark.parametrize(
        "piece",
        ["a", " ", "550 ", "550-", "5.1.1.", " 5.1.1", "S: 550-x\n", "C: x\n", "{", '{"', '[{"', "<a ", "&lt;",
         "&amp;amp;", "\x1b$B",
         "user not ", "mailbox ", "dmarc spf ", "1/1 ", "a@", ".@", "-", "ﷺ", "certificate ", "(", "rate limit ", "x\n",
         "no header ", "too many ", "sender address ", "relay ", "user x ", "\u0301", "exceeded the "],
    )  # fmt: skip
    def test_a_megabyte_of_anything_is_read_in_a_moment(self, piece: str) -> None:
        began = time.process_time()
        read(piece * (1_000_000 // len(piece)))
        assert time.process_time() - began < 2.0

    def test_no_rule_repeats_without_end(self) -> None:
        r"""One `\w*` before a `.{0,60}` cost 38 seconds on a text of one long word."""
        patterns = [each.pattern for rule in RULES for each in (rule.says, rule.unless, rule.enhanced) if each]
        endless = re.compile(r"(?:\\[wSdWsD]|(?<!\\)\.|\]|\))[*+]|\{\d+,\}")
        assert not [pattern for pattern in (*patterns, *(each.says for each in PROVIDERS)) if endless.search(pattern)]

    @pytest.mark.parametrize(
        "word", ["exceeded", "113", "mailbox", "recipient", "not ", "sender", "a.b", "quota limit "]
    )
    def test_a_text_of_one_word_over_and_over_is_read_in_a_moment(self, word: str) -> None:
        began = time.process_time()
        read(word * 3000)
        assert time.process_time() - began < 2.0

    def test_of_a_long_text_both_ends_are_read(self) -> None:
        filler = "nothing to see " * 100_000
        assert read("535 5.7.8 Authentication failed " + filler).code.code == "smtp.auth.rejected"
        assert read(filler + " 535 5.7.8 Authentication failed").code.code == "smtp.auth.rejected"
        assert len(filler) > HEAD + TAIL
