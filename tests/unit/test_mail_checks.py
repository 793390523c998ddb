"""Every fault of "Emails not sending" comes out with its own code, and a healthy site with none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from diagnostics.check import SiteUnavailable
from diagnostics.finding import Finding, UnknownReason, Verdict
from diagnostics.mail.cause import cause_of, standing
from diagnostics.mail.history import change_before
from tests.servers.certificates import Authority, Certificate
from tests.servers.loopback import free_port
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.unit.mail_faults import FAULTS, GREYLIST, NO_USER, PASSWORD, SENDER, Planted, fails, reported
from tests.unit.mail_site import (
    RELAY,
    FakeSite,
    accepted,
    context,
    event,
    history,
    network,
    run,
    snapshot,
)


async def found(tmp_path: Path, fault: Planted, **more: Any) -> list[Finding]:
    ours = Authority(tmp_path / "ca")
    certificate: Certificate | None = getattr(ours, fault.certificate)(RELAY) if fault.certificate else None
    relay = ScriptedSmtp(fault.script, certificate=certificate, implicit_tls=fault.implicit_tls)
    if fault.listens:
        relay.start()
    try:
        port = relay.port if fault.listens else free_port()
        door = network(tmp_path, ours.bundle)
        answers = {
            "snapshot": snapshot(port, **fault.mail),
            "mail.history": history(failing=fault.failing),
            "mail.test": fault.says(port),
        }
        site = FakeSite(door, answers, {port: fault.bend} if fault.bend else None)
        return await run(context(door, site, events=fault.events, **more))
    finally:
        if fault.listens:
            relay.stop()


@pytest.mark.parametrize("name", FAULTS)
async def test_each_fault_is_named_as_the_cause(tmp_path, name):
    fault = FAULTS[name]
    findings = await found(tmp_path, fault)
    cause = cause_of(findings)
    assert cause is not None, [each.code for each in findings]
    assert cause.code == fault.expected, [(each.code, each.verdict.value) for each in findings]
    assert cause.evidence
    assert cause.remedy is not None and cause.remedy.text
    assert "{" not in cause.summary + cause.remedy.text + cause.remedy.copy


HEALTHY = {
    "STARTTLS and a log-in": Planted("", failing=False),
    "TLS from the first byte": Planted("", implicit_tls=True, mail={"encryption": "ssl"}, failing=False),
    "a plain relay on the same machine": Planted(
        "", certificate=None, mail={"encryption": "", "auth": False}, failing=False
    ),
    "PHP mail()": Planted(
        "",
        mail={"mailer": "mail", "host": "", "auth": False, "encryption": ""},
        says=lambda port: {**accepted(port), "accepted": "local queue", "mailer": "mail", "host": "", "port": 0},
        failing=False,
    ),
    "a log plugin that looks at pre_wp_mail": Planted(
        "", mail={"short_circuit": [{"slug": "log", "name": "Log", "callback": "log"}]}, failing=False
    ),
    "failures that a later mail has disproved": Planted(
        "",
        failing=False,
        events=[event("mail.sent", 1), event("mail.failed", 9, error=PASSWORD[0], dialogue=PASSWORD[1:])],
    ),
}


@pytest.mark.parametrize("name", HEALTHY)
async def test_a_healthy_site_fails_nothing(tmp_path, name):
    findings = await found(tmp_path, HEALTHY[name])
    assert [each.code for each in findings if each.verdict is Verdict.FAIL] == []
    assert "canary.accepted" in {each.code for each in findings}


async def test_a_mended_site_is_sound_although_old_failures_are_known(tmp_path):
    old = [*reported(*PASSWORD), event("mail.hung", 8, last_line="S: 235 ok")]
    findings = await found(tmp_path, Planted("", events=old, failing=True))
    assert cause_of(findings) is None
    assert standing(findings) == []


async def test_a_passing_test_mail_does_not_disprove_a_refusal_by_another_recipient(tmp_path):
    findings = await found(tmp_path, Planted("", events=reported(*NO_USER), failing=False))
    cause = cause_of(findings)
    assert cause and (cause.code, cause.subject) == ("smtp.recipient.unknown", "customer.test")


async def test_a_later_mail_to_the_same_recipient_disproves_its_refusal(tmp_path):
    findings = await found(tmp_path, Planted("", events=[event("mail.sent", 1), *reported(*NO_USER)], failing=False))
    assert cause_of(findings) is None


@pytest.mark.parametrize("kept", [{"mailer": "none"}, {"short_circuit": ["courier"]}])
async def test_a_mail_that_nobody_was_seen_to_take_disproves_no_failure(tmp_path, kept):
    """WordPress was told "sent": whoever answered may have kept it."""
    later = event("mail.sent", 1, **kept)
    findings = await found(tmp_path, Planted("", events=[later, *reported(*NO_USER)], failing=False))
    cause = cause_of(findings)
    assert cause and cause.code == "smtp.recipient.unknown"


async def test_a_fresh_refusal_outweighs_an_old_text(tmp_path):
    """The admin has mended the password and broken the sender: the new fault is the cause."""
    findings = await found(tmp_path, Planted("", says=fails(*SENDER), events=reported(*PASSWORD)))
    cause = cause_of(findings)
    assert cause and cause.code == "smtp.sender.not_allowed"


async def test_a_deferral_says_that_nothing_tries_again_unless_a_queue_does(tmp_path):
    cause = cause_of(await found(tmp_path, FAULTS["a temporary deferral by the recipient's own server"]))
    assert cause and "Nothing tries again" in cause.summary
    queued = reported(*GREYLIST, mailer="sendmail")
    findings = await found(tmp_path, Planted("", events=queued, failing=False))
    assert cause_of(findings) is None
    assert "mail.deferred_and_queued" in {each.code for each in findings}


async def test_a_site_that_cannot_be_asked_is_unknown_and_says_so(tmp_path):
    door = network(tmp_path)
    away = SiteUnavailable("no road leads to the site", tried=("rest", "xmlrpc"))
    names = ("snapshot", "mail.history", "mail.probe", "mail.test")
    findings = await run(context(door, FakeSite(door, dict.fromkeys(names, away))))
    asked = [each for each in findings if each.code == "site.not_asked"]
    assert len(asked) >= 6
    assert {each.reason for each in asked} == {UnknownReason.UNAVAILABLE}
    assert asked[0].evidence["tried"] == ["rest", "xmlrpc"]
    assert not [each for each in findings if each.verdict is Verdict.FAIL]


async def test_without_a_mailbox_no_test_mail_is_sent(tmp_path):
    door = network(tmp_path)
    site = FakeSite(door, {"snapshot": snapshot(587, host="x.invalid"), "mail.history": history()})
    findings = await run(context(door, site, recipient=""))
    assert "mail.test" not in site.asked
    [finding] = [each for each in findings if each.code == "canary.no_recipient"]
    assert finding.remedy and "AFTERCARE_CANARY_RECIPIENT" in finding.remedy.copy


async def test_the_first_failure_stands_beside_the_change_before_it(tmp_path):
    changed = event("config.changed", 62, what="wp_mail_smtp[smtp][host]", group="mail", secret=False, to="smtp.wrong")
    changed["data"]["from"] = "smtp.right"
    older = event("plugin.changed", 3000, what="updated", name="Akismet", to="5.4")
    findings = await found(tmp_path, FAULTS["wrong password"], changes=[changed, older])
    [finding] = [each for each in findings if each.code == "mail.failing_since"]
    assert "2 minutes after the setting wp_mail_smtp[smtp][host] was changed from smtp.right" in finding.summary
    assert finding.evidence["after"]["type"] == "config.changed"
    assert len(finding.evidence["days"]) == 30


async def test_a_change_in_the_same_second_as_the_first_failure_came_before_it(tmp_path):
    """The site's history keeps whole seconds, its events milliseconds."""
    since = datetime(2026, 11, 24, 8, 6, 3, tzinfo=UTC)
    changed = event("config.changed", 0, what="smtp_password", group="mail", secret=True)
    found_before = change_before([{**changed, "occurred_at": "2026-11-24T08:06:03.412Z"}], since)
    assert found_before and found_before["seconds_before"] == 0
    assert change_before([{**changed, "occurred_at": "2026-11-24T08:06:04.100Z"}], since) is None


async def test_a_blocked_port_shows_the_table_and_a_text_for_the_web_host(tmp_path):
    cause = cause_of(await found(tmp_path, FAULTS["the host blocks the port"]))
    assert cause and cause.remedy
    seen = {(row["origin"], row["tcp"]) for row in cause.evidence["table"] if row["port"] == cause.evidence["port"]}
    assert seen == {("site", "timeout"), ("sidecar", "open")}
    assert f"outgoing TCP port {cause.evidence['port']}" in cause.remedy.copy


async def test_a_check_does_not_look_for_tls_where_no_connection_is(tmp_path):
    findings = await found(tmp_path, FAULTS["connection refused"])
    blocked = [each for each in findings if each.reason is UnknownReason.BLOCKED]
    assert [each.blocked_by for each in blocked] == ["smtp.connect.refused"] * 2


async def test_a_blocking_function_of_wordpress_itself_is_not_blamed_on_wordpress(tmp_path):
    by = {"slug": "core", "name": "WordPress", "callback": "__return_true"}
    mail = {
        "mode": "disabled",
        "mode_by": {"slug": "core", "setting": "pre_wp_mail: __return_true"},
        "short_circuit": [by],
    }
    cause = cause_of(await found(tmp_path, Planted("", mail=mail, failing=False)))
    assert cause and cause.remedy
    assert cause.summary.startswith("A plugin or theme answers every mail")
    assert cause.remedy.copy == "grep -rn pre_wp_mail wp-content"


@pytest.mark.parametrize(
    ("setting", "advice"),
    [
        ("Email Simulation", "Switch it off: fluent-smtp → Email Simulation."),
        (
            "wp_mail() in wp-content/mu-plugins/log.php",
            "Deactivate fluent-smtp; is it a must-use plugin, delete its file",
        ),
        ("the relay sandbox.mailtrap.test:2525 keeps mail", "Enter a relay that delivers"),
        ("sendmail_path: /bin/true", "Ask the web host for a real sendmail"),
    ],
)
async def test_what_keeps_mail_back_is_told_how_to_end_it(tmp_path, setting, advice):
    mail = {"mode": "simulated", "mode_by": {"slug": "fluent-smtp", "setting": setting}}
    cause = cause_of(await found(tmp_path, Planted("", mail=mail, failing=False)))
    assert cause and cause.remedy and cause.remedy.text.startswith(advice)
