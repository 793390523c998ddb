"""A real mail relay (Postfix): STARTTLS on 587, TLS at once on 465, log-in by Cyrus SASL, all mail on to a sink.

It runs in folders of its own on a loopback address of its own, so the ports are the real ones.
What it refuses it refuses as Postfix does; `configure` bends it and `restore` mends it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from tests.servers.certificates import Certificate
from tests.servers.loopback import free_address, listens
from tests.servers.process import (
    DidNotStart,
    MissingPart,
    Server,
    lives,
    log_tail,
    need,
    need_root,
    server_directory,
    wait_until,
)

SUBMISSION, SMTPS = 587, 465

_SERVICES = """\
{address}:587 inet n - n - - smtpd -o smtpd_tls_security_level=$submission_tls
{address}:465 inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
proxywrite unix - - n - 1 proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix(Server):
    """A relay named *hostname* for one domain. Use it as a context manager."""

    def __init__(
        self,
        hostname: str,
        certificate: Certificate,
        sink_port: int,
        *,
        users: Mapping[str, str],
        recipients: Sequence[str] = (),
        own_senders: Mapping[str, str] | None = None,
        directory: Path | None = None,
    ) -> None:
        """*users*: log-in -> password. *recipients*: the mailboxes of its domain. *own_senders*: address -> log-in."""
        need_root("Postfix")
        self._postfix, self._postconf = need("postfix", "postfix"), need("postconf", "postfix")
        self._saslpasswd = need("saslpasswd2", "sasl2-bin")
        if not list(Path("/usr/lib").glob("*/sasl2/libplain.so*")):
            raise MissingPart("Cyrus SASL's PLAIN is not installed: apt-get install libsasl2-modules")
        self.hostname = hostname
        self.domain = hostname.partition(".")[2]
        self.address = free_address(tcp=[SUBMISSION, SMTPS])
        self.users = dict(users)
        self.certificate = certificate
        self.directory = directory or server_directory("postfix")
        self._own_directory = directory is None
        self._recipients, self._own_senders = list(recipients), dict(own_senders or {})
        self._sink_port = sink_port
        self.bent: dict[str, str] = {}
        self._settings: dict[str, str] = {}

    @property
    def log(self) -> Path:
        return self.directory / "mail.log"

    def start(self) -> Self:
        if not (self.directory / "etc").exists():
            self._lay_out()
        with (self.directory / "start.out").open("ab") as output:
            started = subprocess.run([*self._run(), "start"], stdout=output, stderr=subprocess.STDOUT)
        if started.returncode:
            raise DidNotStart(f"postfix did not start:\n{log_tail(self.directory / 'start.out')}")
        wait_until(lambda: listens(self.address, SUBMISSION), 15.0, f"postfix did not answer:\n{log_tail(self.log)}")
        return self

    def stop(self) -> None:
        """Stop it; its folder stays, so it can start again at the same address."""
        master = self._master()
        subprocess.run([*self._run(), "stop"], capture_output=True)
        if master:
            wait_until(lambda: not lives(master), 15.0, "postfix did not stop")

    def remove(self) -> None:
        self.stop()
        if self._own_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    def configure(self, **values: str) -> None:
        """Set parameters of main.cf, in force when this returns."""
        self.bent.update(values)
        self._apply(values)

    def restore(self) -> None:
        """Undo every `configure`."""
        self._apply({name: self._settings.get(name, "") for name in self.bent})
        self.bent.clear()

    def show_certificate(self, certificate: Certificate) -> None:
        """Use another certificate; `restore` brings the first one back."""
        self.configure(smtpd_tls_chain_files=f"{certificate.key}, {certificate.chain}")

    def close_mailbox(self, address: str) -> None:
        """Refuse mail to *address*: 550 5.1.1."""
        self._set_recipients([each for each in self._recipients if each != address])

    def open_mailbox(self, address: str) -> None:
        self._set_recipients([*self._recipients, address])

    def answer_recipients(self, reply: str) -> None:
        """Answer every RCPT with *reply* ("550 5.4.5 Daily ..."): a policy of the relay's own."""
        self.configure(smtpd_recipient_restrictions=f"check_recipient_access inline:{{{{{self.domain}={reply}}}}}")

    # -- inside -----------------------------------------------------------

    def _set_recipients(self, addresses: list[str]) -> None:
        self._recipients = addresses
        self._write_recipients()
        self._apply({})

    def _write_recipients(self) -> None:
        (self.directory / "recipients").write_text("".join(f"{address} known\n" for address in self._recipients))

    def _run(self) -> list[str]:
        return [self._postfix, "-c", str(self.directory / "etc")]

    def _lay_out(self) -> None:
        here = self.directory
        for folder in ("etc/sasl", "spool", "data"):
            (here / folder).mkdir(parents=True)
        shutil.chown(here / "data", "postfix")
        log = here / "mail.log"
        log.touch()
        (here / "etc/sasl/smtpd.conf").write_text(
            f"pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: {here}/sasldb2\nmech_list: PLAIN LOGIN\n"
        )
        for login, password in self.users.items():
            name, _, realm = login.partition("@")
            command = [self._saslpasswd, "-p", "-c", "-f", str(here / "sasldb2"), "-u", realm or self.domain, name]
            subprocess.run(command, input=password, text=True, check=True, capture_output=True)
        shutil.chown(here / "sasldb2", "postfix")
        self._write_recipients()
        (here / "senders").write_text("".join(f"{address} {user}\n" for address, user in self._own_senders.items()))
        self._settings = self._main()
        main = "".join(f"{name} = {value}\n" for name, value in self._settings.items())
        (here / "etc/main.cf").write_text(main)
        (here / "etc/master.cf").write_text(_SERVICES.format(address=self.address))

    def _main(self) -> dict[str, str]:
        here = self.directory
        system = {
            "compatibility_level": "3.6",
            "queue_directory": f"{here}/spool",
            "data_directory": f"{here}/data",
            "command_directory": "/usr/sbin",
            "daemon_directory": "/usr/lib/postfix/sbin",
            "mail_owner": "postfix",
            "setgid_group": "postdrop",
            "maillog_file": str(self.log),
            "maillog_file_prefixes": "/",
            "inet_interfaces": "127.0.0.1",  # an interface's own address; master.cf names the one that we listen on
            "inet_protocols": "ipv4",
            "alias_maps": "",
        }
        route = {
            "myhostname": self.hostname,
            "mydestination": "",
            "mynetworks": "",
            "relay_domains": self.domain,
            "relay_recipient_maps": f"texthash:{here}/recipients" if self._recipients else "",
            "relayhost": f"[127.0.0.1]:{self._sink_port}",
            "smtp_dns_support_level": "disabled",
            "smtp_bind_address": "127.0.0.1",
        }
        rules = {
            "smtpd_tls_chain_files": f"{self.certificate.key}, {self.certificate.chain}",
            "smtpd_tls_security_level": "may",
            "submission_tls": "may",
            "smtpd_tls_auth_only": "yes",
            "smtpd_sasl_auth_enable": "yes",
            "smtpd_sasl_path": "smtpd",
            "cyrus_sasl_config_path": f"{here}/etc/sasl",
            "smtpd_sasl_local_domain": self.domain,
            "smtpd_sender_login_maps": f"texthash:{here}/senders",
            "smtpd_sender_restrictions": "reject_authenticated_sender_login_mismatch" if self._own_senders else "",
            "smtpd_relay_restrictions": "permit_sasl_authenticated, reject",
            "smtpd_recipient_restrictions": "permit_sasl_authenticated, reject",
            "smtpd_error_sleep_time": "0",
            "smtpd_client_connection_count_limit": "0",
            "message_size_limit": "10240000",
        }
        return {**system, **route, **rules}

    def _apply(self, values: Mapping[str, str]) -> None:
        """Write to main.cf, and come back only when no process of before is left to answer."""
        before = self._children("smtpd")
        pairs = [f"{name}={value}" for name, value in values.items()]
        if pairs:
            subprocess.run([self._postconf, "-c", str(self.directory / "etc"), "-e", *pairs], check=True)
        master = self._master()
        if not master:
            return
        os.kill(master, signal.SIGHUP)  # what `postfix reload` does after checks that take a second
        # Idle ones leave by themselves. One that is killed before it served anybody throttles its port for a minute.
        wait_until(lambda: not before & self._children("smtpd"), 10.0, "postfix kept old processes after a reload")

    def _master(self) -> int | None:
        try:
            pid = int((self.directory / "spool/pid/master.pid").read_text())
        except (OSError, ValueError):
            return None
        return pid if lives(pid) else None

    def _children(self, name: str) -> set[int]:
        master = self._master()
        found = set()
        for status in Path("/proc").glob("[0-9]*/stat") if master else ():
            with contextlib.suppress(OSError):
                head, _, rest = status.read_text().rpartition(")")
                pid, _, command = head.partition(" (")
                if command == name and int(rest.split()[1]) == master:
                    found.add(int(pid))
        return found
