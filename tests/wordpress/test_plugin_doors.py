"""The plugin's doors on real WordPress sites: pairing, and commands on three roads, each at most once."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sidecar.keys import TO_SIDECAR
from sidecar.store import commands, sites
from tests.servers.lab import OPS, PASSWORD, RELAY, LabSite, MailWorld
from tests.servers.plugin_client import read_code
from tests.servers.scripted_smtp import Script, ScriptedSmtp
from tests.servers.wordpress import WpCliFailed
from tests.wordpress.plugin_doors import Road
from tests.wordpress.scripted_runs import ScriptedRuns, scripted_runs, unpaired

ROADS = ("rest", "rest_route", "xmlrpc")


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScriptedRuns]:
    """The sidecar's real doors."""
    with scripted_runs(tmp_path_factory.mktemp("doors") / "data") as scripted:
        yield scripted


def pair(site: LabSite, sidecar: ScriptedRuns) -> Road:
    """Pair as an administrator with a shell does."""
    sidecar.site = sidecar.doors.new_site()
    site.wp("aftercare", "pair", sidecar.doors.code(sidecar.site))
    return Road(site, sidecar.doors, sidecar.site)


@pytest.fixture(scope="module")
def roads() -> Iterator[list[Road]]:
    """The way to the paired site, kept from test to test."""
    kept: list[Road] = []
    yield kept
    for road in kept:
        unpaired(road.site)


@pytest.fixture
def road(site: LabSite, sidecar: ScriptedRuns, roads: list[Road]) -> Road:
    """A paired site, and the way to it; paired anew where a test ended the pairing."""
    if not roads or not answers(roads[0]):
        unpaired(site)
        roads[:] = [pair(site, sidecar)]
    sidecar.site = roads[0].site_id
    return roads[0]


def answers(road: Road) -> bool:
    """Whether the pairing still holds on both sides."""
    if sites.site(road.doors.db, road.site_id).state != "paired":
        return False
    answer = road.ask("mail.history")
    return answer.signed and answer.body.get("state") == "done"


def refused(site: LabSite, code: str) -> dict[str, Any]:
    """What `wp aftercare pair` says of a code that it does not take."""
    done = site.php_eval(
        f"$a = Aftercare\\Pairing_Door::pair( {json.dumps(code)} );"
        "echo json_encode( array( 'error' => $a->error, 'paired' => Aftercare\\Pairing::paired(),"
        " 'words' => Aftercare\\Admin\\Words::why( $a ) ) );"
    )
    read: dict[str, Any] = json.loads(done)
    return read


# -- pairing ---------------------------------------------------------------


def test_every_site_pairs_and_answers_on_every_road(every_site: LabSite, sidecar: ScriptedRuns) -> None:
    road = pair(every_site, sidecar)
    try:
        kept = sites.site(sidecar.doors.db, sidecar.site)
        assert (kept.state, kept.url) == ("paired", every_site.url)
        for name in ROADS:
            answer = road.ask("snapshot", road=name)
            assert answer.signed, name
            assert answer.result["home_url"] == every_site.url
    finally:
        unpaired(every_site)


def test_a_site_that_is_not_paired_denies_everything(site: LabSite, road: Road) -> None:
    secret = road.secret
    unpaired(site)
    for name in ROADS:
        answer = road.send(json.dumps(road.envelope("snapshot")).encode(), road=name, secret=secret)
        assert (answer.status, answer.body["error"], answer.signed) == (401, "not_paired", False)
    with pytest.raises(WpCliFailed):
        site.wp("aftercare", "status")


def test_a_code_used_twice_is_refused_in_words(site: LabSite, sidecar: ScriptedRuns) -> None:
    code = sidecar.doors.code(sidecar.doors.new_site())
    site.wp("aftercare", "pair", code)
    unpaired(site)
    said = refused(site, code)
    assert (said["error"], said["paired"]) == ("code", False)
    assert "used already" in said["words"]


@pytest.mark.parametrize("code", ["", "hello", "aftercare-", "aftercare-e30", "aftercare-!!!"])
def test_what_is_no_code_is_refused_before_anything_is_asked(site: LabSite, code: str) -> None:
    assert refused(site, code)["error"] == "malformed"


def test_a_sidecar_with_another_key_is_sent_nothing(site: LabSite, sidecar: ScriptedRuns, tmp_path: Path) -> None:
    with scripted_runs(tmp_path / "impostor") as impostor:
        code = sidecar.doors.code(sidecar.doors.new_site())
        held = {**read_code(code), "u": impostor.url}
        forged = base64.urlsafe_b64encode(json.dumps(held).encode()).decode().rstrip("=")
        said = refused(site, f"aftercare-{forged}")
    assert (said["error"], said["paired"]) == ("fingerprint", False)


def test_a_sidecar_that_is_away_is_named(site: LabSite, sidecar: ScriptedRuns, tmp_path: Path) -> None:
    with scripted_runs(tmp_path / "gone") as gone:
        code = gone.doors.code(gone.doors.new_site())
    said = refused(site, code)
    assert said["error"] == "unreachable"
    assert "cannot be reached" in said["words"]


# -- who may ask -----------------------------------------------------------


@pytest.mark.parametrize("name", ROADS)
def test_a_wrong_signature_is_denied(road: Road, name: str) -> None:
    body = json.dumps(road.envelope("snapshot")).encode()
    answers = [
        road.send(body, road=name, signature="v1,AAAA"),
        road.send(body, road=name, signature=""),
        road.send(body, road=name, secret=secrets.token_bytes(32)),
        road.send(body, road=name, door="fetch"),
        road.send(body, road=name, direction=TO_SIDECAR),
    ]
    assert {(each.status, each.body["error"], each.signed) for each in answers} == {(401, "signature", False)}


@pytest.mark.parametrize("name", ROADS)
@pytest.mark.parametrize("late_s", [3600, -3600])
def test_a_message_of_another_hour_gets_a_signed_clock(road: Road, name: str, late_s: int) -> None:
    answer = road.send(json.dumps(road.envelope("snapshot")).encode(), road=name, late_s=late_s)
    assert (answer.status, answer.body["error"], answer.signed) == (401, "clock", True)
    assert answer.body["time"].startswith("20")


def test_an_answer_is_kept_by_no_cache(road: Road) -> None:
    assert "no-store" in road.ask("mail.history").headers["cache-control"]


def test_what_is_no_envelope_is_a_clear_error(road: Road) -> None:
    assert road.send(b"not json").body["error"] == "not_json"
    assert road.send(b"[1]").body["error"] == "not_json"
    assert road.send(b"{" + b" " * 70_000 + b"}").status == 413
    assert road.send(b"{}").body["state"] == "failed"
    assert road.ask("snapshot", site="site_other").body["error"] == "the command is for another site"
    assert road.ask("php.eval", {"code": "1"}).body["error"] == "there is no such command"
    assert road.ask("snapshot", expires_at="2020-01-01T00:00:00Z").body["error"] == "the command has expired"


# -- at most once ----------------------------------------------------------


def test_a_command_asked_again_on_another_road_is_not_done_again(road: Road, relay: MailWorld) -> None:
    token = f"t{secrets.token_hex(6)}"
    envelope = road.envelope("mail.test", {"token": token, "recipient": OPS})
    first = road.send(json.dumps(envelope).encode())
    again = [road.send(json.dumps(envelope).encode(), road=name) for name in ROADS]
    assert [each.body for each in again] == [first.body] * 3
    mail = relay.sink.wait_for(token)
    assert len([each for each in relay.sink.mails if token in each.subject]) == 1
    assert mail.message["X-Aftercare-Canary"] == token


def test_a_command_that_was_begun_and_not_ended_is_unknown(site: LabSite, road: Road) -> None:
    envelope = road.envelope("snapshot")
    site.php_eval(f"Aftercare\\Command_Ledger::begin( '{envelope['id']}', 'snapshot' );")
    answer = road.send(json.dumps(envelope).encode())
    assert (answer.body["state"], answer.body["error"]) == ("unknown", "started, outcome unknown")


def test_the_site_fetches_what_no_road_brought(site: LabSite, road: Road, sidecar: ScriptedRuns) -> None:
    waiting = [sidecar.ask("snapshot"), sidecar.ask("mail.history")]
    site.php_eval("Aftercare\\Fetch::run( true );")
    kept = [commands.command(sidecar.doors.db, each) for each in waiting]
    assert [each and (each.state, each.road) for each in kept] == [("done", "fetch")] * 2
    assert sites.site(sidecar.doors.db, sidecar.site).heartbeat["page_open"] is True


# -- what they tell --------------------------------------------------------


def test_a_snapshot_names_the_relay_and_who_set_it_and_no_secret(road: Road) -> None:
    answer = road.ask("snapshot")
    mail = answer.result["mail"]
    assert (mail["mailer"], mail["host"], mail["port"], mail["encryption"]) == ("smtp", RELAY, 587, "tls")
    assert mail["set_by"]["host"] == "plugin:smtp-settings-stand-in"
    assert mail["owner"]["slug"] == "core"
    assert (mail["owners"], mail["short_circuit"], mail["mode"], mail["fault"]) == ([], [], "normal", "")
    assert (mail["username_set"], mail["password_set"], mail["from"]["domain"]) == (True, True, "aftercare.test")
    said = json.dumps(answer.body)
    assert PASSWORD not in said
    assert "site@" not in said


def test_a_canary_is_accepted_by_the_relay(road: Road, relay: MailWorld) -> None:
    token = f"t{secrets.token_hex(6)}"
    result = road.ask("mail.test", {"token": token, "recipient": OPS}).result
    assert (result["sent"], result["accepted"], result["error"]) == (True, "relay", "")
    assert (result["host"], result["port"]) == (RELAY, 587)
    relay.sink.wait_for(token)
    said = "\n".join(result["dialogue"])
    assert "C: STARTTLS" in said
    assert PASSWORD not in said
    assert "This mail was sent by" not in said


def test_a_refused_password_comes_with_the_relays_own_words(site: LabSite, road: Road) -> None:
    site.set_mail(smtp_password="guess-7")
    result = road.ask("mail.test", {"token": "t-wrong", "recipient": OPS}).result
    assert (result["sent"], result["accepted"]) == (False, "none")
    assert any(line.startswith("S: 535 5.7.8") for line in result["dialogue"])
    assert "guess-7" not in json.dumps(result)


@pytest.mark.parametrize(("stage", "verb"), [("greeting", "CONNECT"), ("auth", "AUTH")])
def test_a_relay_that_goes_silent_does_not_hang_the_command(
    site: LabSite, road: Road, relay: MailWorld, stage: str, verb: str
) -> None:
    with ScriptedSmtp(Script(silent_at=stage)) as silent:
        site.set_mail(smtp_host=silent.address, smtp_port=str(silent.port), type_of_encryption="none")
        result = road.ask("mail.test", {"token": "t-silent", "recipient": OPS}).result
    assert result["seconds"] < 25
    assert (result["sent"], result["accepted"], result["silent_after"]) == (False, "none", verb)
    assert "went silent" in result["error"]


def test_yes_without_sending_is_accepted_by_nobody(site: LabSite, road: Road) -> None:
    site.put_mu_plugin("staging.php", "<?php add_filter( 'pre_wp_mail', function ( $given ) { return true; } );")
    result = road.ask("mail.test", {"token": "t-staging", "recipient": OPS}).result
    assert (result["sent"], result["accepted"], result["mode"]) == (True, "none", "disabled")
    assert result["short_circuit_by"]["slug"] == "staging"
    mail = road.ask("snapshot").result["mail"]
    assert mail["mode_by"]["slug"] == "staging"
    assert [each["slug"] for each in mail["short_circuit"]] == ["staging"]


def test_a_logger_that_hands_on_what_it_got_is_no_short_circuit(site: LabSite, road: Road) -> None:
    site.put_mu_plugin("logger.php", "<?php add_filter( 'pre_wp_mail', function ( $given ) { return $given; } );")
    mail = road.ask("snapshot").result["mail"]
    assert (mail["short_circuit"], mail["mode"]) == ([], "normal")


def test_recipients_that_a_hook_takes_away_are_seen(site: LabSite, road: Road) -> None:
    code = "<?php add_action( 'phpmailer_init', function ( $mailer ) { $mailer->clearAllRecipients(); }, 99 );"
    site.put_mu_plugin("quiet.php", code)
    mail = road.ask("snapshot").result["mail"]
    assert (mail["mode"], mail["mode_by"]["slug"]) == ("disabled", "quiet")


def test_two_definitions_of_wp_mail_are_both_named(site: LabSite, road: Road) -> None:
    define = (
        "if ( ! function_exists( 'wp_mail' ) ) {\n\tfunction wp_mail( $to ) {\n\t\treturn mail( $to, '', '' );\n\t}\n}"
    )
    site.put_mu_plugin("first-owner.php", f"<?php\n{define}\n")
    site.put_mu_plugin("second-owner.php", f"<?php\n{define}\n")
    mail = road.ask("snapshot").result["mail"]
    assert mail["owner"]["slug"] == "first-owner"
    assert [each["slug"] for each in mail["owners"]] == ["first-owner", "second-owner"]


def test_a_hook_that_throws_is_named_and_does_no_harm(site: LabSite, road: Road) -> None:
    code = "<?php add_action( 'phpmailer_init', function () { throw new TypeError( 'not a mailer' ); } );"
    site.put_mu_plugin("thrower.php", code)
    assert "not a mailer" in road.ask("snapshot").result["mail"]["fault"]
    result = road.ask("mail.test", {"token": "t-throws", "recipient": OPS}).result
    assert (result["sent"], result["error"]) == (False, "TypeError: not a mailer")


# -- the probe -------------------------------------------------------------


def test_the_probe_sees_open_ports_and_a_certificate_that_php_takes(road: Road) -> None:
    side = road.ask("mail.probe", {"control": None}).result["relay"]
    assert side["addresses"]
    submission, smtps, plain = (side["ports"][port] for port in ("587", "465", "25"))
    assert (submission["tcp"], submission["starttls"]) == ("open", True)
    assert submission["banner"].startswith("220 ")
    assert submission["tls"]["ok"] is True
    assert RELAY in submission["tls"]["names"]
    assert (smtps["tcp"], smtps["tls"]["ok"]) == ("open", True)
    assert plain["tcp"] == "refused"


def test_the_probe_reads_a_certificate_that_php_refuses(road: Road, relay: MailWorld) -> None:
    relay.relay.show_certificate(relay.authority.expired(relay.relay.hostname))
    tls = road.ask("mail.probe", {"control": None}).result["relay"]["ports"]["587"]["tls"]
    assert tls["ok"] is False
    assert "certificate verify failed" in tls["error"]
    assert tls["not_after"] < datetime.now(UTC).isoformat()
    assert RELAY in tls["names"]


def test_the_probe_says_that_a_name_does_not_resolve(site: LabSite, road: Road) -> None:
    site.set_mail(smtp_host="realy.aftercare.test")
    side = road.ask("mail.probe", {"control": None}).result["relay"]
    assert "does not resolve" in side["resolve_error"]
    assert side["ports"] == {}


def test_the_probe_asks_the_control_target_but_no_other_private_host(road: Road) -> None:
    with ScriptedSmtp() as control:
        given = {"host": "127.0.0.1", "ports": [control.port]}
        side = road.ask("mail.probe", {"control": given}).result["control"]
        assert side["ports"][str(control.port)]["tcp"] == "open"
        assert len(control.dialogues) == 1
    other = road.ask("mail.probe", {"control": {"host": "127.0.0.77", "ports": [22]}}).result["control"]
    assert (other["ports"], other["resolve_error"][:11]) == ({}, "not allowed")


def test_no_other_writing_of_an_inward_address_is_probed(road: Road) -> None:
    with ScriptedSmtp() as inward:
        for host in (
            "::ffff:127.0.0.1",
            "::ffff:7f00:1",
            "[::ffff:127.0.0.1]",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "100.64.0.1",
        ):
            given = {"host": host, "ports": [inward.port]}
            side = road.ask("mail.probe", {"control": given}).result["control"]
            assert (side["ports"], side["resolve_error"][:11]) == ({}, "not allowed"), host
        assert inward.dialogues == []


def test_a_server_that_says_nothing_is_given_up_in_time(site: LabSite, road: Road) -> None:
    with ScriptedSmtp(Script(silent_at="greeting")) as silent:
        site.set_mail(smtp_host=silent.address, smtp_port=str(silent.port), type_of_encryption="none")
        side = road.ask("mail.probe", {"control": None}).result["relay"]
    port = side["ports"][str(silent.port)]
    assert (port["tcp"], port["banner"]) == ("open", "")
    assert "no greeting" in port["error"]


# -- rotation, moving ------------------------------------------------------


def test_a_rotation_changes_the_secret_and_the_command_is_answered_under_the_old_one(road: Road) -> None:
    old = road.secret
    answer = road.ask("rotate")
    assert (answer.signed, answer.result) == (True, {"rotated": True})
    assert road.send(json.dumps(road.envelope("mail.history")).encode(), secret=old).status == 401
    road.site.php_eval("Aftercare\\Fetch::run();")  # the new secret's first use
    assert road.secret != old
    assert road.ask("mail.history").signed


def test_a_rotation_whose_answer_was_lost_locks_nobody_out(site: LabSite, road: Road) -> None:
    # What a lost answer leaves behind: the sidecar has the next secret, the site does not know that it has.
    site.php_eval(
        "$old = Aftercare\\Pairing::secret(); Aftercare\\Pairing_Door::rotate(); $new = Aftercare\\Pairing::secret();"
        "Aftercare\\Fetch::run();"
        "update_option( Aftercare\\Pairing::SECRET, array( 'secret' => base64_encode( $old ),"
        " 'next' => base64_encode( $new ) ), false );"
    )
    assert site.php_eval("echo (int) Aftercare\\Fetch::run()->ok;") == "1"
    assert road.ask("mail.history").signed


def test_a_copy_at_another_address_sends_and_takes_nothing(site: LabSite, road: Road, sidecar: ScriptedRuns) -> None:
    waiting = sidecar.ask("snapshot")
    site.wp("option", "update", "home", f"{site.url}/staging")
    try:
        assert site.php_eval("echo Aftercare\\Fetch::run( true )->error;") == "moved"
        assert road.ask("snapshot").body["error"] == "this site is not at the address that it was paired at"
        kept = commands.command(sidecar.doors.db, waiting)
        assert kept and kept.state == "waiting"
        site.php_eval("Aftercare\\Pairing_Door::unpair();")  # "this is a copy"
        assert sites.site(sidecar.doors.db, sidecar.site).state == "paired"
    finally:
        site.wp("option", "update", "home", site.url)


def test_a_site_that_moved_keeps_its_pairing(site: LabSite, road: Road, sidecar: ScriptedRuns) -> None:
    site.wp("option", "update", "home", f"{site.url}/shop")
    try:
        site.php_eval("echo (int) Aftercare\\Pairing_Door::moved()->ok;")
        assert site.php_eval("echo (int) Aftercare\\Fetch::run()->ok;") == "1"
        assert sites.site(sidecar.doors.db, sidecar.site).url == f"{site.url}/shop"
    finally:
        site.wp("option", "update", "home", site.url)


def test_a_clock_that_is_an_hour_off_is_learnt_and_believed(site: LabSite, road: Road) -> None:
    site.php_eval(
        "$s = Aftercare\\Options::get( 'pairing' ); $s['offset_s'] = 3600; Aftercare\\Options::set( 'pairing', $s );"
        "echo (int) Aftercare\\Fetch::run()->ok;"
    )
    assert abs(int(site.php_eval("echo Aftercare\\Pairing::offset_s();"))) < 5
    assert road.ask("mail.history").signed


def test_ending_the_pairing_tells_the_sidecar(site: LabSite, road: Road, sidecar: ScriptedRuns) -> None:
    waits = "Aftercare\\Outbox::add( new Aftercare\\Event( 'cron.late', array() ) ); Aftercare\\Outbox::write();"
    site.php_eval(waits)
    told = json.loads(site.wp("aftercare", "unpair", "--format=json"))
    assert site.php_eval("echo Aftercare\\Outbox::size();") == "0"  # it is nobody else's
    assert told == {"paired": False, "sidecar_told": True}
    assert sites.site(sidecar.doors.db, sidecar.site).state == "unpaired"


def test_the_sidecar_can_end_the_pairing(site: LabSite, road: Road) -> None:
    secret = road.secret
    answer = road.ask("unpair")
    assert (answer.signed, answer.result) == (True, {"unpaired": True})
    body = json.dumps(road.envelope("snapshot")).encode()
    assert road.send(body, secret=secret).body["error"] == "not_paired"
    assert site.php_eval("echo (int) Aftercare\\Pairing::paired();") == "0"
