"""`diagnose message` and `diagnose domains` as a user starts them, on files that are no messages and no lists."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.servers.command import Ended, all_of, diagnose
from tests.servers.hostile_zone import hostile_zone
from tests.servers.scripted_dns import ScriptedDns

TIMEOUT_S = 8.0
HEADER = (
    b"From: shop@sound.test\r\nTo: b@x.test\r\nSubject: s\r\nDate: Tue, 24 Nov 2026 10:00:00 +0000\r\n"
    b"Message-ID: <1@sound.test>\r\n"
)
SIGNATURE = b"DKIM-Signature: v=1; a=rsa-sha256; d=d%d.test; s=s%d; h=from; bh=AAAA; b=AAAA\r\n"
CONTROL = b"\x1b]0;owned\x07\x1b[2J\xc2\x9b31m\xe2\x80\xae[/red]\xff"
MOST_MESSAGE_JSON = 300_000


def deep(depth: int) -> bytes:
    parts = [b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (n, n + 1) for n in range(depth)]
    return HEADER + b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + b"".join(parts)


# The octets, the exit code, and what is said.
MESSAGES: dict[str, tuple[bytes, int, str]] = {
    "30 MiB": (HEADER + b"\r\n" + b"y" * 30_000_000, 3, "larger than 25 MiB"),
    "24 MiB in short lines": (HEADER + b"\r\n" + (b"x" * 76 + b"\r\n") * 300_000, 1, "has no DKIM signature"),
    "a line of 24 MiB": (b"x" * 24_000_000, 3, "its header is longer than 512 KiB"),
    "100,000 headers": (
        HEADER + b"".join(b"X-%d: y\r\n" % n for n in range(100_000)) + b"\r\nhi", 3, "more than 2,000 header fields",
    ),
    "1,000 signatures": (
        b"".join(SIGNATURE % (n, n) for n in range(1000)) + HEADER + b"\r\nhi", 1,
        "of 1000 signatures only the first 10 are looked at",
    ),
    "deep MIME": (deep(3000), 1, "has no DKIM signature"),
    "NULs": (HEADER + b"X: \0\0\r\n\r\n\0\0\0", 1, "NUL octets"),
    "no separator": (HEADER.rstrip(), 1, "has no DKIM signature"),
    "nothing but octets": (random.Random(1).randbytes(1_000_000), 3, "it is no text"),
    "nothing": (b"", 3, "it is empty"),
    "control characters": (
        b"From: " + CONTROL + b" <shop@so" + CONTROL + b"und.test>\r\nSubject: " + CONTROL + b"\r\nX-Mailer: "
        + CONTROL + b"\r\nReceived: from " + CONTROL + b" by " + CONTROL + b"\r\nDate: " + CONTROL
        + b"\r\nDKIM-Signature: v=1; d=" + CONTROL + b"; s=" + CONTROL + b"\r\n\r\nhi",
        1, "a From field without an address that has a domain",
    ),
}  # fmt: skip


def lists() -> dict[str, bytes]:
    chance = random.Random(2)
    junk = b"".join(b"no domain %d!\n" % (n % 3000) for n in range(999_998))
    return {
        "a million lines": junk + b"sound.test\n",
        "octets": chance.randbytes(400_000) + b"\nsound.test\n",
        "a line of 30 MB": b"a" * 30_000_000 + b"\nsound.test\n",
        "more than a million lines": b"x y\n" * 1_000_001,
    }


LISTS = ("a million lines", "octets", "a line of 30 MB", "more than a million lines")


class Folder:
    """The files, what was written beside them, and how each command ended."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ended: dict[str, Ended] = {}
        self.asked: list[tuple[str, str]] = []

    def given(self, name: str, octets: bytes) -> str:
        path = self.path / name.replace(" ", "-")
        path.write_bytes(octets)
        return str(path)

    def written(self, name: str) -> Path:
        return self.path / f"{name.replace(' ', '-')}.jsonl"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    made = Folder(tmp_path_factory.mktemp("hostile"))
    zone = hostile_zone()
    with ScriptedDns(zone) as dns:
        common = ("--nameserver", dns.nameserver, "--timeout", str(TIMEOUT_S))
        commands = {}
        for name, octets in lists().items():
            output = ("--output", str(made.written(name)), "--dns-only")
            commands[name] = partial(diagnose, "domains", made.given(name, octets), *output, *common)
        for name, (octets, _, _) in MESSAGES.items():
            commands[name] = partial(diagnose, "message", made.given(name, octets), "--message-only", "--json", *common)
        path = str(made.path / "control-characters")
        commands["for people"] = partial(diagnose, "message", path, "--message-only", *common)
        made.ended = asyncio.run(all_of(commands))
    made.asked = zone.asked
    yield made


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_made_to_hurt_is_read_or_turned_down_soon_with_the_reason(folder: Folder, name: str) -> None:
    ended = folder.ended[name]
    _, code, words = MESSAGES[name]
    ended.assert_settled(TIMEOUT_S)
    assert ended.code == code
    assert words in " ".join(each["summary"] for each in ended.answer["findings"])
    assert len(ended.stdout) < MOST_MESSAGE_JSON


def test_a_message_with_a_thousand_signatures_costs_few_questions(folder: Folder) -> None:
    below = {name for name, _ in folder.asked if name.endswith(".test") and "d" in name.split(".")[-2]}
    assert len([name for name in below if name.split(".")[-2].removeprefix("d").isdigit()]) < 40


def test_what_a_message_writes_for_the_terminal_does_nothing_there(folder: Folder) -> None:
    folder.ended["for people"].assert_settled(TIMEOUT_S)
    assert r"\x1b[2J" in folder.ended["for people"].stdout


@pytest.mark.parametrize("name", LISTS[:3])
def test_a_file_of_junk_stops_nothing(folder: Folder, name: str) -> None:
    ended = folder.ended[name]
    ended.assert_settled(TIMEOUT_S)
    assert ended.code == 1, "the one domain in it has faults"
    lines = folder.written(name).read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    told = [json.loads(line) for line in lines]
    assert all(line.isprintable() for line in lines)
    assert max(len(each["asked"]) for each in told) <= 1000
    [domain] = [each for each in told if each["asked"] == "sound.test"]
    assert domain["verdict"] == "fail"
    junk = [each for each in told if each is not domain]
    assert junk and all(each["verdict"] == "unknown" and "no " in each["error"] for each in junk if each["error"])


def test_more_lines_than_are_taken_is_wrong_usage(folder: Folder) -> None:
    ended = folder.ended["more than a million lines"]
    ended.assert_settled(TIMEOUT_S)
    assert ended.code == 2
    assert "split the file" in ended.stderr
