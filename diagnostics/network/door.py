"""The door itself: resolve, check against the policy, connect to what was checked."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import os
import socket
import ssl
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from diagnostics.network.egress import EgressPolicy
from diagnostics.network.errors import ConnectRefused, ConnectTimedOut, HostUnknown, NetworkError, NoRoute
from diagnostics.network.resolver import Addresses, Resolver
from diagnostics.network.shared import Fronts, SharedDNS
from diagnostics.network.stream import BYTE_LIMIT, Stream

ADDRESSES_TRIED = 4
TLSMode = Literal["verify", "look"]  # as a client would; or only to see the certificate


class Network:
    """What a check reaches the world with."""

    def __init__(
        self,
        policy: EgressPolicy,
        nameservers: Sequence[str] = (),
        *,
        ca_file: Path | None = None,
        helo_name: str = "aftercare.invalid",
        dns_timeout_s: float = 5.0,
    ) -> None:
        """*ca_file* adds a CA to the system's; *helo_name* is what we call ourselves in EHLO.

        *dns_timeout_s*: for one question.
        """
        self.policy = policy
        self.resolver = Resolver(nameservers, timeout_s=dns_timeout_s)
        self.ca_file = ca_file
        self.helo_name = helo_name
        self._fronts = Fronts()

    @property
    def dns(self) -> SharedDNS:
        """What answers this door's DNS questions: one front for each event loop. Its `fresh()` knows nothing yet."""
        return self._fronts.of(asyncio.get_running_loop(), self.resolver)

    def allowing(self, networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> Network:
        """This door for one site, whose private relay lies in *networks*."""
        policy = self.policy.with_networks(networks)
        door = Network(policy, ca_file=self.ca_file, helo_name=self.helo_name)
        door.resolver, door._fronts = self.resolver, self._fronts
        return door

    async def resolve(self, host: str) -> Addresses:
        """The addresses of *host*, allowed or not. Raises HostUnknown, DNSUnavailable."""
        try:
            return await self.resolver.resolve(host, self.dns)
        except HostUnknown:
            # Kept for minutes, and the name may just have been made: who connects asks anew.
            return await self.resolver.resolve(host)

    async def connect(
        self,
        host: str,
        port: int,
        timeout_s: float = 10.0,
        tls: TLSMode | None = None,
        *,
        life_s: float = 60.0,
        byte_limit: int = BYTE_LIMIT,
        known: Sequence[str] = (),
    ) -> Stream:
        """A stream to *host*, TLS from the first byte if *tls* says so; it lives *life_s* at most.

        *known*: its addresses, where the caller has asked already; the policy is held against them all the same.
        Raises NotAllowed, HostUnknown, DNSUnavailable, ConnectRefused, ConnectTimedOut, NoRoute, TLSFailed.
        """
        sock = await self.open_socket(host, port, timeout_s, known)
        stream = Stream(sock, host, port, life_s=life_s, byte_limit=byte_limit)
        if tls is None:
            return stream
        try:
            await stream.start_tls(self.tls_context(tls), timeout_s)
        except BaseException:
            stream.close()
            raise
        return stream

    async def open_socket(
        self, host: str, port: int, timeout_s: float = 10.0, known: Sequence[str] = ()
    ) -> socket.socket:
        """A connected, non-blocking socket, for a client library that takes one. Raises as `connect`."""
        found = known or (await self.resolve(host)).all
        addresses = self.policy.permitted(host, found, port)[:ADDRESSES_TRIED]
        errors: list[NetworkError] = []
        for address in addresses:
            try:
                return await self._connect_to(address, host, port, timeout_s / len(addresses))
            except NetworkError as error:
                errors.append(error)
        raise min(errors, key=_tells_most)

    def tls_context(self, mode: TLSMode = "verify", version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
        """As a careful client: the system's CAs, TLS 1.2 and up; "look" accepts any certificate.

        With *version* exactly that one is offered, with every cipher that it has: to see whether a server still
        speaks it, and for nothing else.
        """
        context = ssl.create_default_context()
        if version is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # that the old ones are old is what is looked for
                context.minimum_version = context.maximum_version = version
            context.set_ciphers("ALL:@SECLEVEL=0")
        if self.ca_file:
            context.load_verify_locations(self.ca_file)
        if mode == "look":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    async def _connect_to(self, address: str, host: str, port: int, timeout_s: float) -> socket.socket:
        started = time.monotonic()
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.get_running_loop().sock_connect(sock, (address, port))
        except BaseException as error:
            sock.close()
            seconds = time.monotonic() - started
            if isinstance(error, TimeoutError) and not getattr(error, "errno", None):
                detail = f"no answer from {address}"
                raise ConnectTimedOut(host, port, phase="connect", seconds=seconds, detail=detail) from error
            if isinstance(error, OSError):
                kind = _CONNECT_ERRORS.get(error.errno or 0, NoRoute)
                # asyncio puts words of its own in front of the system's
                detail = f"{address}: {os.strerror(error.errno) if error.errno else error}"
                raise kind(host, port, phase="connect", seconds=seconds, detail=detail) from error
            raise
        return sock


_CONNECT_ERRORS: dict[int, type[NetworkError]] = {
    errno.ECONNREFUSED: ConnectRefused,
    errno.ECONNRESET: ConnectRefused,
    errno.ETIMEDOUT: ConnectTimedOut,
}


def _tells_most(error: NetworkError) -> int:
    """Of several addresses' errors, the one that says most about the server comes first."""
    return [ConnectRefused, ConnectTimedOut, NoRoute].index(type(error))
