"""A plugin's side of docs/protocol.md in Python: pairs, signs, sends, fetches, and checks what is answered."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import requests
from nacl.public import PublicKey, SealedBox

from sidecar.keys import TO_SIDECAR, TO_SITE, derive, sign, verify


@dataclass
class Answered:
    """An HTTP answer, and whether it was signed for this message by the door's key."""

    status: int
    body: dict[str, Any]
    signed: bool
    headers: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


def event(type_: str = "mail.failed", event_id: str = "", **data: Any) -> dict[str, Any]:
    """One event of now, as the plugin queues it."""
    return {
        "id": event_id or f"evt_{secrets.token_hex(8)}",
        "type": type_,
        "occurred_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": data,
    }


class PluginClient:
    """One site. It keeps its own clock (`clock_off_s`) and secret, as a real one does."""

    def __init__(self, url: str, *, home: str = "https://shop.example", rest_url: str = "") -> None:
        self.url = url.rstrip("/")
        self.home = home
        self.rest_url = rest_url or f"{home}/wp-json/"
        self.xmlrpc_url = f"{home}/xmlrpc.php"
        self.site = ""
        self.secret = b""
        self.plugin = "0.1.0"
        self.clock_off_s = 0
        self.http = requests.Session()

    def pair(self, code: str, **other: Any) -> Answered:
        """Spend a pairing code; *other* replaces what is sealed."""
        held = read_code(code)
        key = self.http.get(f"{self.url}/api/v1/pair/key", timeout=10).json()
        public = base64.b64decode(key["public_key"])
        assert hashlib.sha256(public).hexdigest()[:16] == held["f"], "not the key that the code was made with"
        secret = secrets.token_bytes(32)
        brought = {
            "secret": base64.b64encode(secret).decode(),
            "nonce": held["n"],
            "url": self.home,
            "name": "Shop",
            "rest_url": self.rest_url,
            "xmlrpc_url": self.xmlrpc_url,
            "plugin": self.plugin,
            "time": datetime.fromtimestamp(self.now(), UTC).isoformat(),
            **other,
        }
        message_id = f"msg_{secrets.token_hex(8)}"
        response = self.http.post(
            f"{self.url}/api/v1/pair",
            json={"nonce": held["n"], "sealed": self.sealed(public, brought)},
            headers={"webhook-id": message_id},
            timeout=10,
        )
        answered = self.read(response, message_id, secret, "pairing")
        if answered.status == 201:
            self.site, self.secret = answered["site"], secret
        return answered

    def rotate(self, next_secret: bytes, **other: Any) -> Answered:
        """Bring the next secret; who calls this decides when to use it."""
        public = base64.b64decode(self.http.get(f"{self.url}/api/v1/pair/key", timeout=10).json()["public_key"])
        brought = {"secret": base64.b64encode(next_secret).decode(), "site": self.site, **other}
        return self.post("pairing", "/pair/rotate", {"sealed": self.sealed(public, brought)})

    def send(self, *events: dict[str, Any], **how: Any) -> Answered:
        """Send a batch of events."""
        return self.post("events", "/events", {"plugin": self.plugin, "events": list(events)}, **how)

    def fetch(self, **other: Any) -> Answered:
        """The heartbeat."""
        body = {"plugin": self.plugin, "home_url": self.home, "page_open": False, "heartbeat": {}, **other}
        return self.post("fetch", "/commands/fetch", body)

    def post(
        self,
        door: str,
        path: str,
        body: Any,
        *,
        message_id: str = "",
        timestamp: str = "",
        signed_as: str = "",
        signature: str | None = None,
        chunked: bool = False,
    ) -> Answered:
        """One signed message. *body* may be bytes; *signed_as* signs for another door."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        message_id = message_id or f"msg_{secrets.token_hex(8)}"
        timestamp = timestamp or str(int(self.now()))
        if signature is None:
            key = derive(self.secret, signed_as or door, TO_SIDECAR)
            signature = sign(key, message_id, timestamp, content)
        response = self.http.post(
            f"{self.url}/api/v1{path}",
            data=iter([content]) if chunked else content,
            headers={
                "content-type": "application/json",
                "aftercare-site": self.site,
                "webhook-id": message_id,
                "webhook-timestamp": timestamp,
                "webhook-signature": signature,
            },
            timeout=30,
        )
        return self.read(response, message_id, self.secret, door)

    def now(self) -> float:
        """This site's clock."""
        return time.time() + self.clock_off_s

    @staticmethod
    def sealed(public: bytes, brought: dict[str, Any]) -> str:
        """As libsodium's crypto_box_seal does, in base64."""
        return base64.b64encode(SealedBox(PublicKey(public)).encrypt(json.dumps(brought).encode())).decode()

    @staticmethod
    def read(response: requests.Response, message_id: str, secret: bytes, door: str) -> Answered:
        """The answer, its signature checked over the very bytes."""
        headers = response.headers
        signed = (
            bool(secret)
            and headers.get("webhook-id") == message_id
            and verify(
                derive(secret, door, TO_SITE),
                message_id,
                headers.get("webhook-timestamp", ""),
                response.content,
                headers.get("webhook-signature", ""),
            )
        )
        try:
            body = response.json()
        except ValueError:
            body = {}
        return Answered(response.status_code, body, signed, {k.lower(): v for k, v in headers.items()})


def read_code(code: str) -> dict[str, str]:
    """What a pairing code holds: u, n, f."""
    text = code.removeprefix("aftercare-")
    held: dict[str, str] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return held
