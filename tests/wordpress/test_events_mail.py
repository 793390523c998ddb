"""A mail's way is told: what a real WordPress sends, loses or leaves hanging, on every server and database."""

from __future__ import annotations

import socket
import threading
import time

import requests

from tests.servers.lab import LOGIN, OFFICE, PASSWORD, LabSite
from tests.servers.scripted_smtp import Script, ScriptedSmtp
from tests.wordpress.told import Told, visit_running


def mail(site: LabSite, code: str = "wp_mail( 'jane@visitor.example', 'Private subject', 'Private words' );") -> None:
    """A visitor's request in which something mails."""
    visit_running(site, "template_redirect", code)


def test_a_failed_mail_is_told_within_seconds_with_what_the_relay_said(told_everywhere: Told) -> None:
    told_everywhere.site.set_mail(smtp_password="guess-7")
    mail(told_everywhere.site)
    failed = told_everywhere.wait_for("mail.failed")
    assert failed["basic_code"] == 535
    assert (failed["mailer"], failed["encryption"], failed["port"], failed["auth"]) == ("smtp", "tls", 587, True)
    assert any(line.startswith("S: 535 5.7.8") for line in failed["dialogue"])
    assert failed["error"].startswith("SMTP Error: Could not authenticate")
    assert failed["to"][0]["domain"] == "visitor.example" and failed["from_domain"] == "aftercare.test"


def test_neither_addresses_nor_credentials_nor_the_message_leave_the_site(told: Told) -> None:
    told.site.set_mail(smtp_password="guess-7")
    mail(told.site)
    told.wait_for("mail.failed")
    for private in ("jane@", OFFICE, LOGIN, PASSWORD, "guess-7", "Private", "Z3Vlc3MtNw"):
        assert private not in told.text()


def test_a_mail_that_was_sent_is_told_with_where_and_how_long(told_everywhere: Told) -> None:
    mail(told_everywhere.site)
    told_everywhere.flush()
    sent = told_everywhere.wait_for("mail.sent")
    assert (sent["host"], sent["kind"], sent["owner"]) == ("relay.aftercare.test", "other", "core")
    assert 0 < sent["seconds"] < 60 and sent["size"] > 0 and sent["caller"].startswith("runs-")


def test_a_refused_connection_is_told(told: Told) -> None:
    told.site.set_mail(smtp_host="127.0.0.1", smtp_port="9")
    mail(told.site)
    failed = told.wait_for("mail.failed")
    assert "Could not connect to SMTP host" in failed["error"] and failed["basic_code"] == 0
    assert any("Connection refused" in line for line in failed["dialogue"])


def test_a_mail_whose_relay_goes_silent_is_told_once_as_hung(told: Told) -> None:
    with ScriptedSmtp(Script(silent_at="auth")) as relay:
        told.site.set_mail(smtp_host=relay.address, smtp_port=str(relay.port), type_of_encryption="none")
        visitor = threading.Thread(target=mail, args=(told.site,))
        visitor.start()
        deadline = time.monotonic() + 15
        while not any("AUTH" in line for heard in relay.dialogues for line in heard):
            assert time.monotonic() < deadline, "the site never came to AUTH"
            time.sleep(0.05)
        told.beat()
        assert told.all("mail.hung") == []  # not yet: it may still end
        told.time_passes(151)
        told.beat()
        told.beat()
        [hung] = told.all("mail.hung")
        assert hung["host"] == relay.address and hung["last_line"].startswith("C: AUTH")
        assert PASSWORD not in told.text()
    visitor.join(30)  # the relay is gone: the request ends, and says so
    told.wait_for("mail.failed", mail=hung["mail"])


def test_where_cron_does_not_run_the_next_mail_finds_the_one_that_hangs(told: Told) -> None:
    begins = r"Aftercare\History::begin( new Aftercare\Mail() );"
    told.site.php_eval(begins)
    told.time_passes(151)
    mail(told.site)
    told.wait_for("mail.hung")


def test_a_fatal_error_during_a_mail_is_told_with_both(told: Told) -> None:
    mail(
        told.site,
        "add_action( 'phpmailer_init', function () { no_such_function(); } ); wp_mail( 'a@b.example', 's', 'm' );",
    )
    assert told.wait_for("mail.failed")["error"].endswith("while the mail was under way: Error.")
    assert told.wait_for("php.error")["component"]["slug"].startswith("runs-")


def test_a_request_that_ends_in_the_middle_of_a_mail_is_told(told_everywhere: Told) -> None:
    mail(
        told_everywhere.site,
        "add_action( 'phpmailer_init', function () { exit; } ); wp_mail( 'a@b.example', 's', 'm' );",
    )
    assert "without an outcome" in told_everywhere.wait_for("mail.failed")["error"]


def test_a_mail_that_a_plugin_stops_before_any_mailer_is_told_with_who_did_it(told: Told) -> None:
    mail(told.site, "add_filter( 'pre_wp_mail', '__return_false' ); wp_mail( 'a@b.example', 's', 'm' );")
    stopped = told.wait_for("mail.failed")
    assert stopped["mailer"] == "none" and "__return_false" in stopped["error"] and stopped["short_circuit"]


def test_a_mail_that_a_plugin_answers_for_is_no_proof_of_sending(told: Told) -> None:
    """It may have sent it by itself, as mailers by API do."""
    count = r"echo end( Aftercare\History::report()['days'] )['sent'];"
    before = told.site.php_eval(count)
    answers = "\nfunction ( $none, $atts ) {\ndo_action( 'courier_takes', $atts );\nreturn true;\n}\n"
    mail(told.site, f"add_filter( 'pre_wp_mail', {answers}, 10, 2 ); wp_mail( 'a@b.example', 's', 'm' );")
    told.flush()
    sent = told.wait_for("mail.sent")
    assert sent["mailer"] == "none" and sent["short_circuit"]
    assert told.site.php_eval(count) == before and told.all("mail.failed") == []


def test_a_mail_that_a_plugin_swallows_is_told_as_failed_with_who_did_it(told_everywhere: Told) -> None:
    mail(told_everywhere.site, "add_filter( 'pre_wp_mail', '__return_true' ); wp_mail( 'a@b.example', 's', 'm' );")
    kept = told_everywhere.wait_for("mail.failed")
    assert kept["mailer"] == "none" and kept["short_circuit"]
    assert "__return_true on pre_wp_mail" in kept["error"] and "WordPress was told that it was sent" in kept["error"]
    told_everywhere.flush()
    assert told_everywhere.all("mail.sent") == []


def test_a_mail_that_a_stand_in_for_the_mailer_swallows_is_told_as_failed(told_everywhere: Told) -> None:
    class_of_its_own = (
        "class Idle_Mailer extends PHPMailer\\PHPMailer\\PHPMailer {\npublic function send() {\nreturn true;\n}\n}\n"
        "$GLOBALS['phpmailer'] = new Idle_Mailer( true ); "
    )
    loads = "foreach ( array( 'PHPMailer', 'SMTP', 'Exception' ) as $part ) { "
    loads += 'require_once ABSPATH . WPINC . "/PHPMailer/$part.php"; } '
    mail(told_everywhere.site, f"{loads}{class_of_its_own}wp_mail( 'a@b.example', 's', 'm' );")
    kept = told_everywhere.wait_for("mail.failed")
    assert kept["mailer"] == "none" and "Idle_Mailer->send (runs-" in kept["error"]


def test_a_mail_about_a_failed_mail_keeps_both_apart(told: Told) -> None:
    told.site.set_mail(smtp_password="guess-7")
    again = (
        "add_action( 'wp_mail_failed', function () { static $n = 0; $n++ || wp_mail( 'in@b.example', 's', 'm' ); } );"
    )
    mail(told.site, again + "wp_mail( 'out@a.example', 's', 'm' );")
    told.wait_for("mail.failed")
    told.flush()
    failed = told.all("mail.failed")
    assert {event["to"][0]["domain"] for event in failed} == {"a.example", "b.example"}
    assert len({event["mail"] for event in failed}) == 2
    assert all(event["basic_code"] == 535 for event in failed)


def test_password_reset_and_new_user_mails_are_told_as_such(told_everywhere: Told) -> None:
    site = told_everywhere.site
    visitor = site.visitor()
    visitor.post("/wp-login.php?action=lostpassword", {"user_login": "admin"})
    site.php_eval("wp_new_user_notification( 1, null, 'admin' );")
    told_everywhere.flush()
    kinds = [event["kind"] for event in told_everywhere.all("mail.sent")]
    assert kinds == ["password-reset", "new-user"]
    assert told_everywhere.wait_for("form.submitted")["form"] == "lostpassword"
    assert "key=" not in told_everywhere.text()


def test_the_history_counts_what_was_told(told: Told) -> None:
    mail(told.site)
    told.site.set_mail(smtp_password="guess-7")
    mail(told.site)
    told.wait_for("mail.failed")
    history = told.site.php_eval(
        r"$h = Aftercare\History::report(); echo end( $h['days'] )['failed'], ' ', $h['last_error'];"
    )
    count, _, error = history.partition(" ")
    assert int(count) >= 1 and error.startswith("SMTP Error")


def test_a_visitor_pays_nothing_for_a_sidecar_that_hangs(told_everywhere: Told) -> None:
    site = told_everywhere.site
    site.set_mail(smtp_host="127.0.0.1", smtp_port="9")
    fails = "wp_mail( 'a@b.example', 's', 'm' );"
    site.put_mu_plugin("fails.php", f"<?php add_action( 'template_redirect', function () {{ {fails} }} );")

    def slowest() -> float:
        times = []
        for _ in range(5):
            began = time.monotonic()
            site.get("/")  # until its last byte: php -S lets go only then
            times.append(time.monotonic() - began)
        return max(times)

    answering = slowest()
    with socket.create_server(("127.0.0.1", 0), backlog=50) as silent:
        with told_everywhere.sidecar_at(f"http://127.0.0.1:{silent.getsockname()[1]}"):
            assert slowest() < answering + 1.5  # a visitor who waited for it would wait twice as long


def test_events_wait_while_the_sidecar_is_gone_and_arrive_once(told: Told) -> None:
    told.site.set_mail(smtp_password="guess-7")
    with told.sidecar_at("http://127.0.0.1:9"):
        mail(told.site)
        mail(told.site)
        assert told.waiting() >= 2 and told.all("mail.failed") == []
    told.flush()
    assert len(told.all("mail.failed")) == 2 and told.waiting() == 0


def test_a_copy_of_the_site_tells_nothing(told: Told) -> None:
    told.site.set_mail(smtp_password="guess-7")
    mail(told.site)
    told.wait_for("mail.failed")
    told.forget()
    home = told.site.wp("option", "get", "home")
    try:
        told.site.wp("option", "update", "home", "http://staging.example.test")
        told.site.php_eval("wp_mail( 'a@b.example', 's', 'm' );")
        assert told.waiting() == 0
    finally:
        told.site.wp("option", "update", "home", home)
    assert told.all("mail.failed") == []


def test_nothing_of_ours_complained_on_any_path(every_site: LabSite) -> None:
    ours = [
        line for line in every_site.debug_log().splitlines() if "plugins/aftercare/" in line or "Aftercare:" in line
    ]
    assert ours == []


def test_the_door_answers_requests_at_all(told: Told) -> None:
    """Else the tests above that expect silence would prove nothing."""
    assert requests.get(f"{told.doors.url}/api/v1/pair/key", timeout=5).status_code == 200
