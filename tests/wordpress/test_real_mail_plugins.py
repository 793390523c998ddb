"""Real mail plugins, from the folder AFTERCARE_REAL_PLUGINS names: their modes and their failures are named right.

FluentSMTP brings a wp_mail of its own; WP Mail SMTP puts its own mailer into core's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from demo.acts import healthy, perform
from demo.faults import Fault, Stage
from demo.stage import Running
from demo.teller import Teller
from tests.servers.lab import LOGIN, OFFICE, PASSWORD, RELAY, LabSite, MailWorld
from tests.servers.postfix import SUBMISSION
from tests.servers.sidecar import Sidecar
from tests.wordpress.conftest import real_plugin

STAND_IN = "smtp-settings-stand-in"
FLUENT, WP_MAIL_SMTP = "fluent-smtp", "wp-mail-smtp"
TELLER = Teller(to_stderr=True)

_SECOND_OWNER = """\
<?php
/* Plugin Name: Parcel Mailer */
if ( ! function_exists( 'wp_mail' ) ) {
	function wp_mail( $to, $subject, $message, $headers = '', $attachments = array() ) {
		return mail( $to, $subject, $message );
	}
}
"""


def set_fluent_smtp(site: LabSite, *, password: str = PASSWORD, simulate: str = "no") -> None:
    """As its settings page leaves it, the secret in wp-config.php."""
    site.define("FLUENTMAIL_SMTP_USERNAME", LOGIN)
    site.define("FLUENTMAIL_SMTP_PASSWORD", password)
    connection = {"provider": "smtp", "sender_name": "", "sender_email": OFFICE, "return_path": "yes"}
    connection |= {"force_from_name": "no", "force_from_email": "yes", "host": RELAY, "port": str(SUBMISSION)}
    connection |= {"auth": "yes", "username": "", "password": "", "auto_tls": "yes", "encryption": "tls"}
    connection |= {"key_store": "wp_config"}
    settings = {
        "connections": {"office": {"title": "SMTP", "provider_settings": connection}},
        "mappings": {OFFICE: "office"},
        "misc": {"log_emails": "no", "default_connection": "office", "simulate_emails": simulate},
    }
    site.wp("option", "update", "fluentmail-settings", json.dumps(settings), "--format=json")


def set_wp_mail_smtp(site: LabSite, *, password: str = PASSWORD, do_not_send: bool = False) -> None:
    """By its own Options, which encrypt the secret."""
    settings = {
        "mail": {"from_email": OFFICE, "from_name": "Bakery", "mailer": "smtp", "from_email_force": True},
        "smtp": {"host": RELAY, "port": SUBMISSION, "encryption": "tls", "auth": True, "user": LOGIN, "pass": password},
        "general": {"do_not_send": do_not_send},
    }
    code = f"( new \\WPMailSMTP\\Options() )->set( json_decode( '{json.dumps(settings)}', true ), false, true );"
    site.php_eval(code)


SETTERS: dict[str, Callable[..., None]] = {FLUENT: set_fluent_smtp, WP_MAIL_SMTP: set_wp_mail_smtp}


@pytest.fixture(scope="module", params=[FLUENT, WP_MAIL_SMTP])
def plugin(request: pytest.FixtureRequest, _site: LabSite, real_plugins: Path) -> Iterator[str]:
    """The mail plugin in charge, set up to send by the lab's relay; the stand-in rests."""
    source = real_plugin(real_plugins, request.param)
    with ExitStack() as stack:
        _site.wp("plugin", "deactivate", STAND_IN)
        stack.callback(_site.wp, "plugin", "activate", STAND_IN)
        _site.install_plugin(source)
        stack.callback(_site.wp, "plugin", "deactivate", request.param)
        SETTERS[request.param](_site)
        yield request.param


@pytest.fixture
def running(plugin: str, world: MailWorld, sidecar: Sidecar, paired_site: LabSite) -> Running:
    return Running(world, sidecar, paired_site)


def planted(running: Running, plugin: str, code: str, **changes: object) -> str | None:
    """What Aftercare calls it when the plugin's settings are changed so."""

    @contextmanager
    def changed(stage: Stage) -> Iterator[None]:
        SETTERS[plugin](stage.site, **changes)
        try:
            yield
        finally:
            SETTERS[plugin](stage.site)

    fault = Fault(f"{plugin}: {changes}", code, "the plugin's settings are changed", "put back", changed)
    return perform(fault, running, TELLER).found


def test_a_site_that_sends_by_it_is_healthy(running: Running) -> None:
    assert healthy(running, TELLER)


def test_its_wrong_password_is_named(running: Running, plugin: str) -> None:
    assert planted(running, plugin, "smtp.auth.rejected", password="guess-7") == "smtp.auth.rejected"


def test_its_mode_that_sends_nothing_is_named(running: Running, plugin: str) -> None:
    mode: dict[str, object] = {"simulate": "yes"} if plugin == FLUENT else {"do_not_send": True}
    assert planted(running, plugin, "mail.switched_off", **mode) == "mail.switched_off"


def test_its_stored_password_is_tried_where_it_can_be_read(running: Running, plugin: str) -> None:
    """WP Mail SMTP hands its own to core's mailer, opened; FluentSMTP's is its own: there it has to be typed."""
    answer = json.loads(running.site.wp("aftercare", "diagnose", "--log-in", "--format=json", allow=(0, 1, 3)))
    if plugin == FLUENT:
        assert answer["error"] == "log_in_unreadable"
        page = running.site.admin().get("/wp-admin/admin.php?page=aftercare").text
        assert "aftercare_password" in page and "aftercare_stored" not in page
        return
    found = [each for step in answer["steps"] for each in step["findings"] if each["code"] == "smtp.auth.taken"]
    assert [each["evidence"]["password"] for each in found] == ["stored"]


def test_a_second_plugin_with_a_wp_mail_of_its_own_is_named(running: Running, plugin: str) -> None:
    if plugin != FLUENT:
        pytest.skip(f"{plugin} brings no wp_mail of its own")

    @contextmanager
    def second(stage: Stage) -> Iterator[None]:
        stage.site.put("plugins/parcel-mailer/parcel-mailer.php", _SECOND_OWNER)
        stage.site.wp("plugin", "activate", "parcel-mailer")
        try:
            yield
        finally:
            stage.site.wp("plugin", "deactivate", "parcel-mailer")

    fault = Fault("two owners", "mail.two_owners", "a second mail plugin", "it is deactivated", second, "change")
    assert perform(fault, running, TELLER).found == "mail.two_owners"
