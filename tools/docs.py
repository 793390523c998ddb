"""Writes the generated pages of docs/ from the code: finding codes, settings, commands, hooks.

`python -m tools.docs` writes them, `--check` only says which are out of date (exit 1).
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click

from diagnostics.check import all_checks, all_codes
from diagnostics.finding import Code, Verdict
from diagnostics.mail.address.blocklists import LISTS
from diagnostics.mail.message import CODES as MESSAGE_CODES
from sidecar.guide import load_guide

DOCS = Path(__file__).parent.parent / "docs"

VERDICTS = {
    Verdict.PASS: "sound",
    Verdict.WARN: "will become a fault, or costs something already",
    Verdict.FAIL: "broken",
    Verdict.UNKNOWN: "could not look",
}


def pages() -> dict[Path, str]:
    """Every generated page: its path and what it should say."""
    codes = all_codes()
    emitters: dict[str, list[str]] = {}
    for check in all_checks().values():
        for code in check.emits:
            emitters.setdefault(code.code, []).append(check.name)
    made = {
        DOCS / "findings" / f"{code.code}.md": finding_page(code, emitters.get(code.code, []))
        for code in codes.values()
    }
    made[DOCS / "findings" / "README.md"] = index_page(list(codes.values()))
    made[DOCS / "checks.md"] = checks_page()
    made[DOCS / "commands.md"] = commands_page()
    made[DOCS / "settings.md"] = settings_page()
    made[DOCS / "hooks.md"] = hooks_page()
    made[DOCS / "blocklists.md"] = blocklists_page()
    return made


def finding_page(code: Code, emitters: list[str]) -> str:
    """One code: cause, proof, remedy, as its declaration has them."""
    lines = [
        f"# {code.code}",
        "",
        f"> {shown(code.summary)}",
        "",
        f"**Verdict:** {code.verdict.value} ({VERDICTS[code.verdict]})",
    ]
    if code.verdict in (Verdict.FAIL, Verdict.WARN):
        guide = load_guide()
        lines += [
            "",
            f"**Priority:** {guide.priority(code.impact)} · **Tier:** {guide.tier(code.kind)} ({code.kind.value})",
        ]
    if code.temporary:
        lines += ["", "Time alone may heal it, whatever the reply's first digit says."]
    for title, text in (
        ("What it means", code.meaning),
        ("What shows it", code.proof),
        ("What to do", shown(code.remedy)),
    ):
        if text:
            lines += ["", f"## {title}", "", text]
    if code.copy:
        lines += ["", "```", shown(code.copy), "```"]
    if code.follow_up:
        lines += ["", "## What tells it from its look-alikes", "", code.follow_up]
    by = ", ".join(f"`{name}`" for name in emitters) or said_by(code)
    return "\n".join([*lines, "", f"Found by: {by}.", ""])


def said_by(code: Code) -> str:
    """Who emits a code that belongs to no check."""
    if code.code.startswith("spf."):
        return "`diagnose spf`"
    if code in MESSAGE_CODES:
        return "`diagnose message`"
    return "what a mailer, relay or PHP said (`diagnose reply`)"


def shown(template: str) -> str:
    """A template's words with its places marked as places."""
    return re.sub(r"\{(?:evidence\.)?([^}]*)\}", lambda place: f"‹{place[1].replace('_', ' ')}›", template)


def index_page(codes: list[Code]) -> str:
    rows = [f"| [{c.code}]({c.code}.md) | {c.verdict.value} | {shown(c.summary)} |" for c in codes]
    return "\n".join(
        [
            "# Finding codes",
            "",
            "Codes are stable: tickets, scripts and searches can rely on them.",
            "",
            "| code | verdict | says |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def checks_page() -> str:
    parts = ["# Checks", "", "What a playbook's step can run. Each is one file under `diagnostics/`."]
    for check in all_checks().values():
        emits = ", ".join(f"[{c.code}](findings/{c.code}.md)" for c in check.emits)
        parts += ["", f"## {check.name}", "", check.doc, "", f"Time limit {check.timeout_s:.0f} s. Answers: {emits}."]
    return "\n".join([*parts, ""])


def commands_page() -> str:
    """The reference of both commands, by walking their click trees."""
    from diagnostics.cli import main as diagnose
    from sidecar.cli import main as aftercare

    parts = ["# Commands"]
    for name, command in (("diagnose", diagnose), ("aftercare", aftercare)):
        parts += described(command, name)
    return "\n".join([*parts, ""])


def described(command: click.Command, name: str, parent: click.Context | None = None) -> list[str]:
    # Contexts as click itself nests them: what a group sets (-h) holds for its commands, and is in their help.
    settings = {"terminal_width": 100, "max_content_width": 100, **command.context_settings}
    context = click.Context(command, info_name=name, parent=parent, **settings)
    parts = ["", f"## {context.command_path}", "", "```", command.get_help(context).rstrip(), "```"]
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            child = command.get_command(context, each)
            if child is not None:
                parts += described(child, each, context)
    return parts


def settings_page() -> str:
    return subprocess.run([sys.executable, "-m", "sidecar.config"], check=True, capture_output=True, text=True).stdout


def hooks_page() -> str:
    script = Path(__file__).with_name("hooks.php")
    return subprocess.run(["php", str(script)], check=True, capture_output=True, text=True).stdout


def blocklists_page() -> str:
    """The DNS blocklists that can be asked, and whose terms they have."""
    parts = [
        "# Blocklists",
        "",
        "The setting `blocklists` (and `diagnose domain --blocklist`) names those that may be asked, by these names. "
        "Without any, only those are asked that are on by default: their operators' own words allow use by a service "
        "for others; `default` names these, beside others. `none` asks none. `name=zone` asks another zone of the "
        "same data: a paid one, or a mirror; a key in it is shown nowhere.",
        "",
        "Ask through a resolver of your own (the setting `nameservers`): most lists refuse public ones, and Aftercare "
        "then says `unknown`. A list is believed only while both its test entries (RFC 5782) are right.",
    ]
    for holds in ("addresses", "domains"):
        parts += ["", f"## Lists of {holds}", "", "| name | list | on by default | terms |", "|---|---|---|---|"]
        parts += [
            f"| `{each.name}` | [{each.title}]({each.look_up}) `{each.zone}`, {each.operator} | "
            f"{'yes' if each.default else 'no'} | {each.terms.strip()} |"
            for each in LISTS
            if each.holds == holds
        ]
    return "\n".join([*parts, ""])


def main() -> None:
    check = "--check" in sys.argv[1:]
    made = pages()
    stale = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
    stale += [path for path in (DOCS / "findings").glob("*.md") if path not in made]
    if check:
        for path in stale:
            print(f"out of date: {path.relative_to(DOCS.parent)} (make docs)", file=sys.stderr)
        sys.exit(1 if stale else 0)
    for path in stale:
        if path in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[path])
        else:
            path.unlink()
    print(f"{len(stale)} of {len(made)} pages written.")


if __name__ == "__main__":
    main()
