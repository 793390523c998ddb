"""Checks that speak to relays themselves: odd servers are bounded, and the second test mail decides."""

from __future__ import annotations

import base64
import dataclasses
import json
import time
from pathlib import Path

import pytest

from diagnostics.check import Login, LoginWithheld, Relay, SiteUnavailable, all_checks
from diagnostics.finding import Finding, UnknownReason, Verdict
from diagnostics.mail.canary import token_of
from diagnostics.mail.cause import cause_of
from diagnostics.mail.connect import organisation
from diagnostics.mail.ports import LOOK_S, look_at_port
from diagnostics.network import Network, TLSFailed
from diagnostics.network.smtp import SMTPAccess, log_in, send
from tests.servers.certificates import Authority
from tests.servers.loopback import free_port
from tests.servers.scripted_smtp import Script, ScriptedSmtp
from tests.servers.sink import Sink
from tests.unit.mail_site import RELAY, FakeSite, accepted, context, event, history, network, refused, snapshot


async def one(name: str, given) -> Finding:
    [finding] = await all_checks()[name].look(given)
    return finding


def alternative(port: int, **more) -> Relay:
    return Relay(
        **{"host": "sidecar-relay.test", "port": port, "encryption": "", "mail_from": "tests@msp.test", **more}
    )


def finding(code: str, verdict: Verdict, **evidence) -> Finding:
    return Finding(code, verdict, RELAY, "", evidence)


@pytest.mark.parametrize(
    "script",
    [Script(endless_greeting=True), Script(byte_pause_s=0.2), Script(silent_at="ehlo"), Script(drop_at="ehlo")],
    ids=["a greeting without end", "one byte now and then", "silent at EHLO", "drops at EHLO"],
)
async def test_an_odd_server_costs_no_more_than_the_limit(tmp_path, script):
    with ScriptedSmtp(script) as relay:
        started = time.monotonic()
        view = await look_at_port(network(tmp_path), RELAY, relay.port, implicit_tls=False, life_s=1.5)
        assert time.monotonic() - started < 3
    assert view.open
    assert view.stopped_at in ("greeting", "ehlo")
    assert view.error


async def test_a_look_tells_every_step_and_shows_no_address(tmp_path):
    ours = Authority(tmp_path / "ca")
    script = Script(
        capabilities=("SIZE 1000", "AUTH PLAIN", "AUTH=LOGIN"), replies={"quit": "221 bye someone@shop.test"}
    )
    with ScriptedSmtp(script, certificate=ours.good(RELAY)) as relay:
        view = await look_at_port(network(tmp_path, ours.bundle), RELAY, relay.port, implicit_tls=False)
    assert view.banner.startswith("relay.scripted.test")
    assert view.starttls is True
    assert view.tls and view.tls.ok and view.tls.names == (RELAY,)
    assert view.mechanisms(after_tls=True) == ("PLAIN", "LOGIN")
    assert view.size == 1000
    assert view.transcript[-1] == "S: 221 bye ***@shop.test"
    assert LOOK_S <= 10


async def test_the_alternative_relay_delivers_to_the_same_mailbox(tmp_path):
    door = network(tmp_path)
    with Sink() as sink:
        given = context(door, FakeSite(door, {}), alternative=alternative(sink.port))
        found = await one("canary.by_alternative_relay", given)
        mail = sink.wait_for(token_of(given))
    assert (found.code, found.evidence["decided"]) == ("canary.alternative_accepted", "no difference")
    assert mail.recipients == ("tests@msp.test",)
    assert mail.message["X-Aftercare-Canary"] == token_of(given)


async def test_a_repeated_step_sends_a_mail_that_is_known_as_the_same(tmp_path):
    door = network(tmp_path)
    with Sink() as sink:
        given = context(door, FakeSite(door, {}), alternative=alternative(sink.port))
        await one("canary.by_alternative_relay", given)
        await one("canary.by_alternative_relay", given)
        sink.wait_for(token_of(given))
        assert len({mail.message["Message-ID"] for mail in sink.mails}) == 1


@pytest.mark.parametrize(
    ("site_mail", "decided"),
    [
        (finding("smtp.auth.rejected", Verdict.FAIL, seen_by="canary", scope="path"), "site or its relay"),
        (finding("smtp.recipient.unknown", Verdict.FAIL, seen_by="canary", scope="recipient"), "relay"),
        (finding("canary.accepted", Verdict.PASS, seen_by="canary"), "no difference"),
    ],
)
async def test_the_difference_between_the_two_mails_decides(tmp_path, site_mail, decided):
    door = network(tmp_path)
    with ScriptedSmtp() as relay:
        given = context(door, FakeSite(door, {}), alternative=alternative(relay.port), findings=(site_mail,))
        found = await one("canary.by_alternative_relay", given)
    assert (found.verdict, found.evidence["decided"]) == (Verdict.PASS, decided)


async def test_a_recipient_that_both_relays_refuse_is_at_fault(tmp_path):
    door = network(tmp_path)
    with ScriptedSmtp(Script(replies={"rcpt": "550 5.1.1 <tests@msp.test>: User unknown"})) as relay:
        given = context(door, FakeSite(door, {}), alternative=alternative(relay.port))
        found = await one("canary.by_alternative_relay", given)
    assert (found.code, found.evidence["decided"]) == ("canary.alternative_refused_too", "recipient")


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (Script(replies={"auth": "535 5.7.8 no"}), "auth: 535"),
        (Script(replies={"mail": "550 5.7.1 not yours"}), "mail: 550"),
        (Script(drop_at="mail"), "Dropped"),
    ],
)
async def test_a_broken_alternative_relay_is_not_the_sites_fault(tmp_path, script, why):
    ours = Authority(tmp_path / "ca")
    door = network(tmp_path, ours.bundle)
    with ScriptedSmtp(script, certificate=ours.good("sidecar-relay.test")) as relay:
        by = alternative(relay.port, encryption="tls", username="tests", password="right")
        found = await one("canary.by_alternative_relay", context(door, FakeSite(door, {}), alternative=by))
    assert (found.code, found.reason) == ("canary.alternative_unusable", UnknownReason.UNAVAILABLE)
    assert why in json.dumps(found.to_json())
    assert "right" not in json.dumps(found.to_json())


async def test_an_alternative_relay_with_a_bad_certificate_gets_no_password(tmp_path):
    ours = Authority(tmp_path / "ca")
    door = network(tmp_path, ours.bundle)
    access = SMTPAccess("sidecar-relay.test", 0, "tls", "tests", "right")
    with ScriptedSmtp(certificate=ours.expired("sidecar-relay.test")) as relay:
        with pytest.raises(TLSFailed) as caught:
            await send(door, dataclasses.replace(access, port=relay.port), "a@msp.test", "b@msp.test", b"x\r\n")
        assert not [line for said in relay.dialogues for line in said if line.startswith("AUTH")]
    assert caught.value.kind == "expired"
    assert "right" not in repr(access)


async def test_without_an_alternative_the_exact_setting_is_named(tmp_path):
    door = network(tmp_path)
    found = await one("canary.by_alternative_relay", context(door, FakeSite(door, {})))
    assert found.reason is UnknownReason.NOT_CONFIGURED
    assert found.remedy and found.remedy.copy.startswith("AFTERCARE_ALTERNATIVE_RELAY=")


class Authentication:
    """The log-in check against a relay with TLS, with or without a log-in that an admin gave."""

    @staticmethod
    async def look(
        tmp_path: Path, script: Script, given: Login | str | None, encryption: str = "tls", certificate: str = "good"
    ) -> tuple[list, list]:
        """*given*: a log-in, why there is none any more, or nothing."""
        ours = Authority(tmp_path / "ca")
        door = network(tmp_path, ours.bundle)
        shown = ours.good(RELAY) if certificate == "good" else ours.good("other.test")

        def hand_out(host: str, port: int) -> Login:
            if isinstance(given, Login):
                assert (host, port) == (RELAY, relay.port)
                return given
            raise LoginWithheld(given)

        with ScriptedSmtp(script, certificate=shown) as relay:
            site = FakeSite(door, {"snapshot": snapshot(relay.port, encryption=encryption)})
            asked = context(door, site, login=None if given is None else hand_out)
            found = await all_checks()["smtp.auth"].look(asked)
            return found, [line for said in relay.dialogues for line in said]


REFUSES = {"auth": "535 5.7.8 Error: authentication failed"}
TYPED = Login("site", "guess-7")


async def test_no_password_is_tried_unless_an_admin_started_it(tmp_path):
    found, said = await Authentication.look(tmp_path, Script(), None)
    assert [each.code for each in found] == ["smtp.auth.offered", "smtp.auth.not_tried"]
    assert found[1].reason is UnknownReason.NOT_ALLOWED
    assert not [line for line in said if line.startswith("AUTH")]


async def test_a_wrong_password_is_named_in_the_relays_own_words(tmp_path):
    found, said = await Authentication.look(tmp_path, Script(replies=REFUSES), TYPED)
    assert found[1].code == "smtp.auth.rejected"
    assert found[1].evidence["text"] == "535 5.7.8 Error: authentication failed"
    assert len([line for line in said if line.startswith("AUTH")]) == 1  # a second try could lock the account


async def test_what_a_relay_echoes_of_the_log_in_is_not_kept(tmp_path):
    plain = base64.b64encode(b"\0site\0guess-7").decode()
    echo = f"535 5.7.8 no: site guess-7 {plain} {base64.b64encode(b'guess-7').decode()} site@shop.test"
    found, _ = await Authentication.look(tmp_path, Script(replies={"auth": echo}), TYPED)
    assert found[1].code == "smtp.auth.rejected"
    assert found[1].evidence["text"] == "535 5.7.8 no: *** *** *** *** ***@shop.test"


async def test_what_an_admin_only_typed_is_no_fault_of_the_site(tmp_path):
    typed, _ = await Authentication.look(tmp_path, Script(replies=REFUSES), TYPED)
    stored, _ = await Authentication.look(tmp_path, Script(replies=REFUSES), Login("site", "guess-7", stored=True))
    assert (typed[1].code, typed[1].verdict, cause_of(typed)) == ("smtp.auth.rejected", Verdict.WARN, None)
    assert "that an admin typed: 535 5.7.8" in typed[1].summary
    assert cause_of(stored) == stored[1]


async def test_a_right_password_passes(tmp_path):
    found, _ = await Authentication.look(tmp_path, Script(), Login("site", "right"))
    assert found[1].code == "smtp.auth.taken"
    assert found[1].summary == f"{RELAY} accepted the user name and password that an admin typed."


async def test_a_password_never_travels_in_the_clear(tmp_path):
    found, said = await Authentication.look(tmp_path, Script(), TYPED, encryption="")
    assert found[1].code == "smtp.auth.withheld"
    assert not [line for line in said if line.startswith("AUTH")]


async def test_a_password_is_not_shown_to_who_cannot_prove_his_name(tmp_path):
    found, said = await Authentication.look(tmp_path, Script(), TYPED, certificate="of another")
    assert found[1].code == "smtp.auth.withheld"
    assert "name_mismatch" in found[1].summary
    assert not [line for line in said if line.startswith("AUTH")]


async def test_a_log_in_that_is_gone_says_why(tmp_path):
    found, said = await Authentication.look(tmp_path, Script(), "it was given for a run that was interrupted")
    assert (found[1].code, found[1].reason) == ("smtp.auth.withheld", UnknownReason.NOT_ALLOWED)
    assert "a run that was interrupted" in found[1].summary
    assert not [line for line in said if line.startswith("AUTH")]


async def test_a_relay_that_hangs_up_at_the_log_in_is_no_word_about_the_password(tmp_path):
    found, _ = await Authentication.look(tmp_path, Script(drop_at="auth"), TYPED)
    assert (found[1].code, found[1].reason) == ("smtp.auth.no_answer", UnknownReason.UNAVAILABLE)


async def test_log_in_takes_what_is_offered(tmp_path):
    with ScriptedSmtp(Script(capabilities=("AUTH LOGIN",))) as relay:
        steps = await log_in(network(tmp_path), SMTPAccess(RELAY, relay.port, "", "site", "right"))
        assert (steps[-1].stage, steps[-1].code) == ("auth", 235)
    with ScriptedSmtp(Script(capabilities=("AUTH NTLM",))) as relay:
        steps = await log_in(network(tmp_path), SMTPAccess(RELAY, relay.port, "", "site", "right"))
        assert (steps[-1].stage, steps[-1].ok) == ("auth", False)


class TestControlTarget:
    """A host that is known to be up tells whether our own look is to be trusted."""

    @staticmethod
    async def look(door: Network, port: int, *, site_reaches_control: bool, control: bool = True) -> Finding:
        side = {"tcp": "timeout", "error": "no answer within 5 s", "seconds": 5, "banner": "", "ehlo": [], "tls": None}
        there = {**side, "tcp": "open", "banner": "220 control.test"} if site_reaches_control else side
        probe = {
            "relay": {"host": RELAY, "addresses": ["127.0.0.1"], "resolve_error": "", "ports": {str(port): side}},
            "control": {"host": "control.test", "addresses": [], "resolve_error": "", "ports": {str(port): there}},
        }
        site = FakeSite(door, {"snapshot": snapshot(port), "mail.probe": probe})
        given = context(door, site, control={"host": "control.test", "ports": [port]} if control else None)
        return await one("smtp.connect", given)

    async def test_a_relay_that_is_down_for_both_is_not_the_web_hosts_fault(self, tmp_path):
        found = await self.look(network(tmp_path), free_port(), site_reaches_control=True)
        assert found.code == "smtp.connect.timeout"

    async def test_a_site_that_reaches_neither_relay_nor_control_has_its_port_blocked(self, tmp_path):
        # Our own look at the relay is refused by the policy, so the control target must tell.
        with ScriptedSmtp() as control:
            door = network(tmp_path)
            (tmp_path / "hosts").write_text(f"127.0.0.1 control.test\n10.9.9.9 {RELAY}\n")
            found = await self.look(door, control.port, site_reaches_control=False)
        assert found.code == "site.smtp_port_blocked"

    async def test_without_a_control_target_the_sites_own_word_stands(self, tmp_path):
        found = await self.look(network(tmp_path), free_port(), site_reaches_control=False, control=False)
        assert found.code == "smtp.connect.timeout"


async def limits(tmp_path: Path, busiest: int, host: str) -> Finding:
    door = network(tmp_path)
    counts = history()
    counts["days"][-2]["sent"] = busiest
    return await one(
        "smtp.limits", context(door, FakeSite(door, {"snapshot": snapshot(587, host=host), "mail.history": counts}))
    )


@pytest.mark.parametrize(
    ("busiest", "host", "code"),
    [
        (20, "smtp.gmail.com", "smtp.limits.fits"),
        (450, "smtp.gmail.com", "smtp.limits.near"),
        (700, "smtp.gmail.com", "smtp.limits.passed"),
        (700, "mail.nobody.test", "smtp.limits.not_published"),
    ],
)
async def test_the_busiest_day_is_held_against_the_published_limit(tmp_path, busiest, host, code):
    assert (await limits(tmp_path, busiest, host)).code == code


async def test_a_test_mail_that_never_ended_is_the_relays_silence_unless_php_died(tmp_path):
    door = network(tmp_path)
    cut = SiteUnavailable("the site began mail.test, and its outcome is unknown", tried=["rest"])
    site = FakeSite(door, {"snapshot": snapshot(587), "mail.test": cut})
    greeted = finding("smtp.connect.open", Verdict.PASS, seen_by="probe")
    assert (
        await one("canary.by_site_mailer", context(door, site, findings=[greeted]))
    ).code == "smtp.silent_after_auth"
    died = [event("php.error", 1, level="fatal")]
    given = context(door, site, findings=[greeted], events=died)
    assert (await one("canary.by_site_mailer", given)).code == "canary.outcome_unknown"


async def test_words_that_no_rule_knows_are_a_failure_without_a_guess(tmp_path):
    door = network(tmp_path)
    site = FakeSite(door, {"mail.test": refused(587, "xyzzy plugh 42")})
    found = await all_checks()["canary.by_site_mailer"].look(context(door, site))
    assert [each.code for each in found] == ["canary.failed", "smtp.unclassified"]
    cause = cause_of(found)
    assert cause and cause.code == "canary.failed"


async def test_tls_records_that_the_mailer_logged_are_no_evidence(tmp_path):
    door = network(tmp_path)
    said = ("S: 220 relay", "C: STARTTLS", "S: \x17\x03\x03\xfa\xda", "S: 454 4.7.0 TLS not available")
    site = FakeSite(door, {"mail.test": refused(587, "SMTP Error: Could not connect to SMTP host.", *said)})
    found = await one("canary.by_site_mailer", context(door, site))
    assert found.evidence["dialogue"] == [said[0], said[1], said[3]]


async def test_an_unheard_success_is_not_a_pass(tmp_path):
    door = network(tmp_path)
    site = FakeSite(door, {"mail.test": {**accepted(587), "accepted": "none"}})
    found = await one("canary.by_site_mailer", context(door, site))
    assert (found.code, found.verdict) == ("canary.not_followed", Verdict.UNKNOWN)


def test_what_the_mailer_itself_passed_is_not_the_cause_although_a_probe_dislikes_it():
    """A mail plugin with an engine of its own takes a certificate that PHP refuses: ask the mailer in charge."""
    probe = finding("smtp.tls.untrusted", Verdict.FAIL, seen_by="probe", scope="path")
    canary = finding("smtp.sender.not_allowed", Verdict.FAIL, seen_by="canary", scope="path", stage="mail")
    assert cause_of([probe, canary]) is canary
    early = finding("smtp.server.command_refused", Verdict.FAIL, seen_by="canary", scope="path", stage="tls")
    assert cause_of([probe, early]) is probe


def test_a_consequence_is_the_cause_only_where_nothing_else_is_known():
    since = finding("mail.failing_since", Verdict.FAIL, seen_by="reported", scope="path")
    vague = finding("smtp.connect.failed", Verdict.FAIL, seen_by="canary", scope="path")
    exact = finding("site.smtp_port_blocked", Verdict.FAIL, seen_by="probe", scope="path")
    assert cause_of([since]) is since
    assert cause_of([since, vague]) is vague
    assert cause_of([since, vague, exact]) is exact
    assert cause_of([]) is None


@pytest.mark.parametrize(
    ("greeting", "name"),
    [
        ("mx1.relay.test ESMTP Postfix", "relay.test"),
        ("220 smtp.gmail.com ESMTP x - gsmtp", "gmail.com"),
        ("220-server17.webhost.test ESMTP", "webhost.test"),
        ("hello", ""),
        ("", ""),
    ],
)
def test_a_greeting_names_the_organisation(greeting, name):
    assert organisation(greeting) == name
