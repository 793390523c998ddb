"""A message signed by OpenDKIM at a real Postfix, handed on to a second one, and read: whole, changed on the way,
and with its key swapped, taken back and cut off on a real name server."""

from __future__ import annotations

import json
import smtplib
import ssl
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

import pytest
from click.testing import CliRunner

from diagnostics.cli import main
from diagnostics.finding import Verdict
from diagnostics.mail.domain import World
from diagnostics.mail.message import MessageView, read_message
from diagnostics.network import Resolver
from tests.servers import real_parts
from tests.servers.certificates import Authority
from tests.servers.nsd import Nsd
from tests.servers.opendkim import OpenDkim
from tests.servers.postfix import SUBMISSION, Postfix
from tests.servers.process import MissingPart
from tests.servers.sink import Sink

DOMAIN = "aftercare.test"
RELAY, RECEIVER = f"relay.{DOMAIN}", "mx.receiver.test"
SITE, PASSWORD = f"site@{DOMAIN}", "correct-horse-7"
ED25519 = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
TO = "owner@receiver.test"
BODY = "Hello,\n\nyour order is on its way: https://shop.aftercare.test/order\n\nThe shop\n"


@dataclass
class Way:
    """A site's relay that signs, the receiver behind it, and DNS."""

    dns: Nsd
    signer: OpenDkim
    relay: Postfix
    receiver: Postfix
    sink: Sink
    directory: Path

    def publish(self, *records: str) -> None:
        self.dns.set_zone(DOMAIN, "\n".join(records))

    def send(self, body: str = BODY, **headers: str) -> bytes:
        """Send one mail as a site does; what the receiver's mailbox got."""
        token = uuid.uuid4().hex
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = f"Shop <shop@{DOMAIN}>", TO, "Your order"
        mail["Date"], mail["Message-ID"] = format_datetime(datetime.now(UTC)), make_msgid(domain=DOMAIN)
        mail["X-Token"] = token
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(body)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with smtplib.SMTP(self.relay.address, SUBMISSION, local_hostname="shop.aftercare.test", timeout=20) as client:
            client.starttls(context=context)
            client.login(SITE, PASSWORD)
            client.send_message(mail, from_addr=f"bounce@{DOMAIN}", to_addrs=[TO])
        return self.sink.wait_for(token).octets

    @contextmanager
    def changing(self, table: str, rule: str) -> Iterator[None]:
        """The receiver changes what it gets, by a rule of its body_checks or header_checks."""
        rules = self.directory / table
        rules.write_text(rule)
        self.receiver.configure(**{table: f"regexp:{rules}"})
        try:
            yield
        finally:
            self.receiver.configure(**{table: ""})

    async def read(self, octets: bytes) -> MessageView:
        world = World(Resolver((self.dns.nameserver,), timeout_s=3), None, datetime.now(UTC))
        return await read_message(octets, world, private_is_outside=True)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    directory = tmp_path_factory.mktemp("signed")
    directory.chmod(0o755)
    with ExitStack() as stack:
        try:
            authority = Authority(directory / "ca")
            dns = stack.enter_context(Nsd({DOMAIN: ""}))
            signer = stack.enter_context(OpenDkim(DOMAIN, "shop1"))
            sink = stack.enter_context(Sink())
            receiver = Postfix(RECEIVER, authority.good(RECEIVER), sink.port, users={"mx@receiver.test": PASSWORD})
            stack.enter_context(receiver)
            relay = Postfix(RELAY, authority.good(RELAY), SUBMISSION, users={SITE: PASSWORD})
            stack.enter_context(relay)
        except MissingPart as missing:
            real_parts.missing["OpenDKIM behind Postfix"] = str(missing)
            pytest.skip(str(missing))
        real_parts.ran.add("OpenDKIM behind Postfix")
        receiver.configure(mynetworks="127.0.0.0/8", smtpd_relay_restrictions="permit_mynetworks, reject",
                           smtpd_recipient_restrictions="permit_mynetworks, reject")  # fmt: skip
        relay.configure(smtpd_milters=signer.milter, milter_default_action="tempfail",
                        relayhost=f"[{receiver.address}]:{SUBMISSION}", smtp_bind_address=relay.address)  # fmt: skip
        yield Way(dns, signer, relay, receiver, sink, directory)


@pytest.fixture(autouse=True)
def as_it_should_be(path: Way) -> None:
    path.publish(path.signer.record())


def codes(view: MessageView) -> dict[str, Verdict]:
    return {finding.code: finding.verdict for finding in view.findings}


async def test_a_signed_message_verifies_and_shows_who_handed_it_over(path: Way) -> None:
    view = await path.read(path.send())
    assert codes(view) == {"dkim.signature_verified": Verdict.PASS, "message.sound": Verdict.PASS}
    assert view.sender is not None
    assert (view.sender.header_from, view.sender.ip) == (DOMAIN, path.relay.address)
    assert (view.sender.helo, view.sender.relay) == (RELAY, RELAY)
    [signature] = view.sender.signatures
    assert (signature.domain, signature.selector, signature.verified) == (DOMAIN, "shop1", True)
    assert view.seen and view.seen.way.submitted_to == RELAY
    ground = view.findings[-1].evidence
    assert [hop["by"] for hop in ground["hops"]] == [RECEIVER, RELAY]
    assert ground["alignment"][0]["identical"] is True
    assert ground["records"][0]["name"] == f"shop1._domainkey.{DOMAIN}"
    assert "Your order" not in str(ground) and "shop@" not in str(ground) and "owner" not in str(ground)


async def test_a_link_rewritten_after_signing_is_found_with_the_server_behind_the_signer(path: Way) -> None:
    with path.changing("body_checks", "/https:/ REPLACE your order is on its way: https://safe.example/?u=shop\n"):
        view = await path.read(path.send())
    altered = next(each for each in view.findings if each.code == "dkim.body_altered")
    assert altered.evidence["header_holds"] is True
    assert altered.evidence["later_hops"] == [RECEIVER]
    assert altered.remedy and f"Only its receiver ({RECEIVER})" in altered.remedy.text
    assert view.sender and view.sender.signatures[0].verified is False
    assert "message.sound" not in codes(view)


async def test_a_changed_subject_is_told_from_a_changed_body(path: Way) -> None:
    with path.changing("header_checks", "/^Subject: (.*)/ REPLACE Subject: [Shop] $1\n"):
        view = await path.read(path.send())
    found = next(each for each in view.findings if each.code == "dkim.signature_wrong")
    assert "the subject got a prefix in brackets" in found.summary
    assert "dkim.body_altered" not in codes(view) and "dkim.key_does_not_fit" not in codes(view)


async def test_a_key_that_was_swapped_is_not_taken_for_a_changed_header(path: Way) -> None:
    octets = path.send()
    path.publish(path.signer.make_key("other").replace("other._domainkey", "shop1._domainkey"))
    view = await path.read(octets)
    found = next(each for each in view.findings if each.code == "dkim.key_does_not_fit")
    assert found.subject == f"shop1._domainkey.{DOMAIN}"
    path.publish(path.signer.record())
    assert "dkim.key_does_not_fit" not in codes(await path.read(octets))


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("", "dkim.key_missing"),
        ('shop1._domainkey IN TXT "v=DKIM1; k=rsa; p="', "dkim.key_revoked"),
        ('shop1._domainkey IN TXT "{cut}"', "dkim.key_malformed"),
        (f'shop1._domainkey IN TXT "{ED25519}"', "dkim.key_does_not_fit"),
    ],
)  # fmt: skip
async def test_what_is_wrong_with_the_key_is_named(path: Way, record: str, code: str) -> None:
    octets = path.send()
    path.publish(record.replace("{cut}", path.signer.value()[:255]))
    assert codes(await path.read(octets))[code] is Verdict.FAIL
    path.publish(path.signer.record())
    assert codes(await path.read(octets))["dkim.signature_verified"] is Verdict.PASS


async def test_a_silent_name_server_is_no_missing_key(path: Way) -> None:
    octets = path.send()
    world = World(Resolver(("127.0.0.1:1",), timeout_s=0.3), None, datetime.now(UTC))
    found = {each.code: each for each in (await read_message(octets, world, private_is_outside=True)).findings}
    assert found["dkim.signature_unseen"].verdict is Verdict.UNKNOWN
    assert not any(code.startswith("dkim.key") for code in found)


def test_the_command_reads_it_with_the_lab_as_its_world(path: Way) -> None:
    arguments = ["message", "--nameserver", path.dns.nameserver, "--allow-private", "--message-only", "--json", "-"]
    done = CliRunner().invoke(main, arguments, input=path.send())
    answer = json.loads(done.stdout)
    assert (answer["verdict"], done.exit_code) == ("pass", 0)
    assert answer["sender"]["ip"] == path.relay.address
