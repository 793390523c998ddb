"""The lab itself is sound: a healthy site sends its mail, a broken one says so; all else is tested on this ground."""

from __future__ import annotations

import pytest

from tests.servers.lab import LabSite, MailWorld
from tests.servers.wordpress import ADMIN


def test_a_visitors_message_reaches_the_office(every_site: LabSite, relay: MailWorld) -> None:
    said = every_site.write_to_us(f"by page, {every_site.url}")
    mail = relay.sink.wait_for(f"by page, {every_site.url}")
    assert said == "Thank you for your message. It has been sent."
    assert mail.recipients == ("office@aftercare.test",)


def test_a_message_sent_by_script_arrives_too(every_site: LabSite, relay: MailWorld) -> None:
    every_site.write_to_us(f"by rest, {every_site.url}", by_rest=True)
    assert relay.sink.wait_for(f"by rest, {every_site.url}").subject == 'Corner Bakery "Hello"'


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_host": "realy.aftercare.test"},
        {"smtp_password": "guess-7"},
        {"from_email": "wordpress@aftercare.test"},
    ],
)
def test_wrong_settings_lose_the_message(site: LabSite, wrong: dict[str, str]) -> None:
    site.set_mail(**wrong)
    assert site.write_to_us("lost").startswith("There was an error")


def test_an_expired_certificate_loses_the_message(site: LabSite, relay: MailWorld) -> None:
    relay.relay.show_certificate(relay.authority.expired(relay.relay.hostname))
    assert site.write_to_us("lost").startswith("There was an error")


def test_the_administrator_can_log_in(every_site: LabSite) -> None:
    assert every_site.admin().get("/wp-admin/").status_code == 200
    assert every_site.wp("user", "get", ADMIN, "--field=roles") == "administrator"


def test_a_stopped_site_starts_again_where_it_was(old_site: LabSite) -> None:
    old_site.stop()
    old_site.start()
    assert old_site.get("/contact/").status_code == 200
