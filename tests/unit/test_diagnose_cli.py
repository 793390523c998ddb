"""`diagnose reply`, as a person and as a script run it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys

import pytest
from click.testing import CliRunner, Result

from diagnostics.cli import main

RUN = [sys.executable, "-m", "diagnostics.cli", "reply"]
REJECTED = "535 5.7.8 Username and Password not accepted"


def diagnose(*arguments: str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(main, ["reply", *arguments], input=stdin)


def on_a_terminal(*arguments: str, **environment: str) -> str:
    """What a terminal would get."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color", **environment}
    env = {name: value for name, value in env.items() if name != "NO_COLOR" or "NO_COLOR" in environment}
    with subprocess.Popen([*RUN, *arguments], stdout=theirs, stdin=subprocess.DEVNULL, env=env) as process:
        os.close(theirs)
        said = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # Linux: the other end is closed
                break
            if not piece:
                break
            said += piece
        process.wait(timeout=60)
    os.close(ours)
    return said.decode()


def test_a_fault_is_explained_in_words_and_exits_with_1() -> None:
    done = diagnose(REJECTED)
    assert done.exit_code == 1
    for words in ("smtp.auth.rejected", "What it means", "Whose fault", "site settings", "Temporary", "What to do"):
        assert words in done.stdout
    assert REJECTED in done.stdout


@pytest.mark.parametrize(
    ("text", "exit_code"),
    [("250 2.0.0 Ok: queued as 4A1B", 0), (REJECTED, 1), ("550 Rejected", 3), ("hello", 3)],
)
def test_the_exit_code_says_how_it_ended(text: str, exit_code: int) -> None:
    assert diagnose(text).exit_code == exit_code
    assert diagnose(text, "--json").exit_code == exit_code


def test_json_is_one_object_of_the_protocol() -> None:
    done = diagnose("550 5.7.515 Access denied", "--provider", "Hotmail", "--stage", "end-of-data", "--json")
    answer = json.loads(done.stdout)
    assert answer["code"] == "smtp.policy.bulk_requirements"
    assert answer["reply"] == {
        "basic_code": 550,
        "enhanced_status": "5.7.515",
        "stage": "end_of_data",
        "provider": "outlook",
        "text": "550 5.7.515 Access denied",
    }
    assert list(answer) == [
        "subject", "verdict", "findings", "code", "meaning", "fault", "temporary", "sure", "remedy", "follow_up",
        "reply",
    ]  # fmt: skip


def test_it_runs_as_a_program_of_its_own() -> None:
    done = subprocess.run([*RUN, "--json", "-"], input=REJECTED.encode(), capture_output=True, timeout=60)
    assert done.returncode == 1
    assert json.loads(done.stdout)["code"] == "smtp.auth.rejected"


def test_a_dash_reads_standard_input_in_whatever_bytes_it_comes() -> None:
    done = diagnose("-", "--json", stdin="S: 220 hi\nC: AUTH LOGIN\nS: 535 5.7.8 falsch \xfc".encode("latin-1"))
    assert json.loads(done.stdout)["code"] == "smtp.auth.rejected"


@pytest.mark.parametrize(
    "arguments",
    [(), ("",), ("  ",), (REJECTED, "--stage", "lunch"), (REJECTED, "--provider", "nobody"), (REJECTED, "--loud")],
)
def test_wrong_usage_exits_with_2_and_says_what_is_allowed(arguments: tuple[str, ...]) -> None:
    done = diagnose(*arguments)
    assert done.exit_code == 2
    assert "Error" in done.stderr
    if "lunch" in arguments:
        assert "end_of_data" in done.stderr
    if "nobody" in arguments:
        assert "google" in done.stderr


def test_an_empty_standard_input_is_wrong_usage() -> None:
    assert diagnose("-").exit_code == 2


def test_colours_go_to_a_terminal_only_and_no_color_is_honoured() -> None:
    assert "\x1b[" not in diagnose(REJECTED).stdout
    assert "\x1b[" in on_a_terminal(REJECTED)
    assert "\x1b[1;31m" not in on_a_terminal(REJECTED, NO_COLOR="1")


def test_a_text_cannot_send_control_codes_to_the_terminal() -> None:
    shown = on_a_terminal("550 5.1.1 \x1b]0;owned\x07\x1b[2J no such user \x9b31m", NO_COLOR="1")
    assert "\x1b]" not in shown and "\x1b[2J" not in shown and "\x9b" not in shown


def test_what_is_to_be_copied_is_not_wrapped() -> None:
    done = diagnose("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.")
    assert "Set-CASMailbox -Identity user@example.com -SmtpClientAuthenticationDisabled $false" in done.stdout
