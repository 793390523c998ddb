"""The sidecar's end of a road into a site, byte by byte: for tests that send what no sidecar would."""

from __future__ import annotations

import json
import secrets
import time
import xmlrpc.client
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from sidecar.keys import TO_SIDECAR, TO_SITE, derive, sign, verify
from sidecar.store import sites
from tests.servers.doors import Doors
from tests.servers.wordpress import WordPressSite


@dataclass
class Answered:
    """What a site answered, and whether it was signed for this message."""

    status: int
    body: dict[str, Any]
    signed: bool
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def result(self) -> dict[str, Any]:
        assert self.body["state"] == "done", self.body
        result: dict[str, Any] = self.body["result"]
        return result


class Road:
    """Signs like the paired sidecar and sends on one of the three roads."""

    def __init__(self, site: WordPressSite, doors: Doors, site_id: str) -> None:
        self.site, self.doors, self.site_id = site, doors, site_id

    @property
    def secret(self) -> bytes:
        sealed = sites.site(self.doors.db, self.site_id).secret_sealed
        assert sealed is not None
        return self.doors.sealing.open(sealed)

    def envelope(self, name: str, args: dict[str, Any] | None = None, **other: Any) -> dict[str, Any]:
        """One command, good for five minutes."""
        expires = datetime.now(UTC) + timedelta(minutes=5)
        given = {"id": f"cmd_{secrets.token_hex(8)}", "site": self.site_id, "name": name, "args": args or {}}
        return {**given, "expires_at": expires.isoformat(), **other}

    def ask(self, name: str, args: dict[str, Any] | None = None, *, road: str = "rest", **other: Any) -> Answered:
        """Send one command and read its answer."""
        return self.send(json.dumps(self.envelope(name, args, **other)).encode(), road=road)

    def send(
        self,
        body: bytes,
        *,
        road: str = "rest",
        door: str = "commands",
        direction: str = TO_SITE,
        late_s: int = 0,
        signature: str | None = None,
        secret: bytes | None = None,
    ) -> Answered:
        """Send any bytes, signed for any door, at any time."""
        secret = secret or self.secret
        message_id, timestamp = f"msg_{secrets.token_hex(8)}", str(int(time.time()) - late_s)
        if signature is None:
            signature = sign(derive(secret, door, direction), message_id, timestamp, body)
        key = derive(secret, "commands", TO_SIDECAR)
        if road == "xmlrpc":
            return self._by_xmlrpc(message_id, timestamp, signature, body, key)
        path = "/wp-json/aftercare/v1/command" if road == "rest" else "/?rest_route=/aftercare/v1/command"
        headers = {
            "content-type": "application/json",
            "aftercare-site": self.site_id,
            "webhook-id": message_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": signature,
        }
        response = requests.post(self.site.url + path, data=body, headers=headers, timeout=60)
        said = {name.lower(): value for name, value in response.headers.items()}
        signed = said.get("webhook-id") == message_id and verify(
            key, message_id, said["webhook-timestamp"], response.content, said["webhook-signature"]
        )
        return Answered(response.status_code, response.json(), signed, said)

    def _by_xmlrpc(self, message_id: str, timestamp: str, signature: str, body: bytes, key: bytes) -> Answered:
        server = xmlrpc.client.ServerProxy(f"{self.site.url}/xmlrpc.php")
        command = getattr(server, "aftercare.command")
        try:
            answer = command(self.site_id, message_id, timestamp, signature, body.decode())
        except xmlrpc.client.Fault as fault:
            return Answered(fault.faultCode, {"error": fault.faultString}, False)
        content = answer["body"].encode()
        signed = answer["id"] == message_id and verify(
            key, message_id, answer["timestamp"], content, answer["signature"]
        )
        held = json.loads(content)
        return Answered(401 if "error" in held and "id" not in held else 200, held, signed)
