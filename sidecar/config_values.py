"""How each setting's text is read: a function that returns the value or raises ValueError with the reason."""

from __future__ import annotations

import base64
import binascii
import difflib
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

# Channels that apprise lacks, one file each, in its own way (README.md there).
CHANNELS = Path(__file__).parent / "notify" / "channels"

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class RelayAddress:
    """`alternative_relay`, taken apart. The password is a setting of its own, sealed."""

    host: str
    port: int
    encryption: str  # "" | "tls" (STARTTLS) | "ssl" (implicit TLS)
    username: str
    mail_from: str


@dataclass(frozen=True)
class ControlTarget:
    """`control_target`, taken apart: what a site's host is asked to reach beside its relay."""

    host: str
    ports: tuple[int, ...]


def as_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("it is not text")
    return value.strip()


def as_number(least: int, most: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, (int, str)) or not re.fullmatch(r"\s*-?\d+\s*", str(value)):
            raise ValueError("it is not a whole number")
        if not least <= int(value) <= most:
            raise ValueError("it is out of range")
        return int(value)

    return read


def as_words(value: Any, separator: str = r"[\s,]+") -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(word for word in re.split(separator, value.strip()) if word)
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(word.strip() for word in value)
    raise ValueError("it is neither text nor a list of texts")


def as_one_of(*names: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        word = as_text(value).lower()
        if word not in names:
            near = difflib.get_close_matches(word, names, 1)
            raise ValueError(f"it is none of these; did you mean {near[0]}?" if near else "it is none of these")
        return word

    return read


def as_directory(value: Any) -> Path:
    path = Path(as_text(value)).expanduser()
    if path.exists() and not path.is_dir():
        raise ValueError("there is a file of that name")
    return path


def as_port_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise ValueError(f"{text or 'nothing'} is not a port from 1 to 65535")
    return int(text)


def as_listen(value: Any) -> str:
    host, colon, port = as_text(value).rpartition(":")
    if not colon or not host:
        raise ValueError("it is not host:port")
    return f"{host}:{0 if port == '0' else as_port_number(port)}"


def as_public_url(value: Any) -> str:
    text = as_text(value).rstrip("/")
    url = urlsplit(text)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise ValueError("it is not an address that begins with https:// or http://")
    if url.query or url.fragment or url.username is not None:
        raise ValueError("it holds more than scheme, host, port and path")
    _ = url.port  # raises ValueError for an impossible one
    return text


def as_key(value: Any) -> str:
    text = as_text(value)
    try:
        length = len(base64.b64decode(text, validate=True))
    except binascii.Error:
        raise ValueError("it is not base64") from None
    if length != 32:
        raise ValueError(f"it holds {length} bytes")
    return text


def as_channels(value: Any) -> tuple[str, ...]:
    channels = as_words(value, r"\s+|,(?=\s|[a-z][a-z0-9+.-]*://)")
    for place, channel in enumerate(channels, 1):
        if service_of(channel) is None:
            raise ValueError(f"address {place} ({channel.partition('://')[0]}://…) is none that apprise knows")
    return channels


def service_of(address: str) -> Any:
    """apprise's service for *address*, our own channels among them; None where it knows none."""
    import apprise  # only who notifies pays for loading its hundred channels

    asset = apprise.AppriseAsset(plugin_paths=[str(CHANNELS)])
    return apprise.Apprise.instantiate(address, asset=asset, suppress_exceptions=True)


def as_networks(value: Any) -> tuple[IPNetwork, ...]:
    return tuple(ipaddress.ip_network(word) for word in as_words(value))


def as_nameservers(value: Any) -> tuple[str, ...]:
    servers = as_words(value)
    for server in servers:
        address, port = server, ""
        if server.startswith("["):
            address, _, port = server[1:].partition("]")
            port = port.removeprefix(":")
        elif server.count(":") == 1:
            address, _, port = server.partition(":")
        ipaddress.ip_address(address)
        if port:
            as_port_number(port)
    return servers


def as_mailbox(value: Any) -> str:
    text = as_text(value)
    if text and not re.fullmatch(r"[^\s@<>,;]+@[^\s@<>,;]+", text):
        raise ValueError("it is not one address of the form name@domain")
    return text


def parse_relay(text: str) -> RelayAddress:
    """smtp[s]://user@host:port?encryption=tls&from=address. Raises ValueError."""
    url = urlsplit(text)
    if url.scheme not in ("smtp", "smtps") or not url.hostname:
        raise ValueError("it does not begin with smtp:// or smtps:// and a host")
    if url.password is not None:
        raise ValueError("it holds a password; that belongs, sealed, into alternative_relay_password_sealed")
    query = parse_qs(url.query, keep_blank_values=True)
    if unknown := sorted(set(query) - {"encryption", "from"}):
        raise ValueError(f"it knows encryption= and from=, not {unknown[0]}=")
    implicit = url.scheme == "smtps"
    encryption = query.get("encryption", ["ssl" if implicit else ""])[0]
    if encryption not in ("", "none", "tls", "ssl"):
        raise ValueError("encryption= is none, tls (STARTTLS) or ssl (from the first byte)")
    if implicit and encryption != "ssl":
        raise ValueError("smtps:// is TLS from the first byte; for STARTTLS write smtp:// and encryption=tls")
    encryption = "" if encryption == "none" else encryption
    port = url.port if url.port is not None else {"ssl": 465, "tls": 587}.get(encryption, 25)
    mail_from = as_mailbox(query.get("from", [""])[0])
    return RelayAddress(url.hostname, as_port_number(str(port)), encryption, unquote(url.username or ""), mail_from)


def parse_control(text: str) -> ControlTarget:
    """host:port[,port]. Raises ValueError."""
    host, colon, ports = text.rpartition(":")
    if not colon or not host or re.search(r"[\s/@]", host):
        raise ValueError("it is not host:port or host:port,port")
    return ControlTarget(host.strip("[]"), tuple(as_port_number(port.strip()) for port in ports.split(",")))


def as_relay(value: Any) -> str:
    text = as_text(value)
    if text:
        parse_relay(text)
    return text


def as_control(value: Any) -> str:
    text = as_text(value)
    if text:
        parse_control(text)
    return text


def as_name(value: Any) -> str:
    text = as_text(value)
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", text):
        raise ValueError("it is no such name")
    return text
