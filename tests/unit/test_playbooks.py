"""Playbooks: what cannot be carried out is refused where it stands, with what was meant."""

import pytest

from diagnostics.check import all_checks
from sidecar.playbooks import Button, PlaybookError, Schedule, load_playbooks, parse_playbook

CHECKS = ("smtp.settings", "smtp.connect", "mail.history")
GOOD = """\
id: mail-again
title: Mail, again
triggers:
  - event: mail.failed
  - button: diagnose-mail
proof: smtp.connect
steps:
  - id: settings
    check: SMTP settings and logs
    run: [smtp.settings, mail.history]
  - id: limits
    verify: Sending limits
    run: [smtp.connect]
    needs: [settings]
"""


def test_a_playbook_is_read_as_it_stands():
    playbook = parse_playbook(GOOD, "good.yaml", checks=CHECKS)
    assert playbook.events == ("mail.failed",)
    assert playbook.buttons == (Button("diagnose-mail"),)
    assert playbook.proof == ("smtp.connect",)
    assert [step.verb for step in playbook.steps] == ["check", "verify"]
    assert playbook.steps[1].needs == ("settings",)
    assert playbook.text == GOOD


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("    verify: Sending", "    verfy: Sending", (12, 5), "unknown key `verfy`. Did you mean `verify`?"),
        ("title: Mail", "titel: Mail", (2, 1), "unknown key `titel`. Did you mean `title`?"),
        ("[smtp.connect]", "[smtp.conect]", (13, 11), "unknown check `smtp.conect`. Did you mean `smtp.connect`?"),
        ("needs: [settings]", "needs: [setings]", (14, 13), "unknown step `setings`. Did you mean `settings`?"),
        ("needs: [settings]", "needs: [limits]", (14, 13), "these steps wait for each other: limits → limits"),
        ("mail.failed", "mail.faild", (4, 12), "unknown event `mail.faild`. Did you mean `mail.failed`?"),
        ("- event: mail", "- evnt: mail", (4, 5), "unknown key `evnt`. Did you mean `event`?"),
        ("proof: smtp.connect", "proof: smtp.tls", (6, 8), "unknown check of this playbook `smtp.tls`"),
        ("id: limits", "id: settings", (11, 9), "there are two steps called `settings`"),
        ("id: limits", "id: Limits!", (11, 9), "`Limits!` is no id"),
        ("    verify: Sending limits\n", "", (11, 5), "a step has one verb of the guide"),
        ("    run: [smtp.connect]\n", "", (11, 5), "the key `run` is missing"),
        ("title: Mail, again\n", "", (1, 1), "the key `title` is missing"),
        ("title: Mail, again", "id: twice", (2, 1), "the key `id` stands here twice"),
        ("run: [smtp.connect]", "run: []", (13, 10), "a list with at least one member"),
        ("run: [smtp.connect]", "run: smtp.connect", (13, 10), "a list with at least one member"),
        ("run: [smtp.connect]", "run: [smtp.connect", (14, 10), "this is not YAML"),
    ],
)
def test_a_mistake_is_refused_with_line_column_and_what_was_meant(old, new, place, message):
    assert old in GOOD
    with pytest.raises(PlaybookError) as refused:
        parse_playbook(GOOD.replace(old, new, 1), "bad.yaml", checks=CHECKS)
    assert (refused.value.line, refused.value.column) == place
    assert message in str(refused.value)
    assert str(refused.value).startswith(f"bad.yaml:{place[0]}:{place[1]}: ")


def test_steps_that_wait_for_each_other_are_refused():
    text = GOOD.replace("run: [smtp.settings, mail.history]", "run: [smtp.settings]\n    needs: [limits]")
    with pytest.raises(PlaybookError, match="wait for each other: settings → limits → settings"):
        parse_playbook(text, "circle.yaml", checks=CHECKS)


def test_a_need_that_comes_later_is_refused():
    text = GOOD.replace("    needs: [settings]\n", "").replace("mail.history]", "mail.history]\n    needs: [limits]")
    with pytest.raises(PlaybookError, match="`limits` comes later"):
        parse_playbook(text, "late.yaml", checks=CHECKS)


def test_an_empty_file_is_refused():
    with pytest.raises(PlaybookError, match="the file is empty"):
        parse_playbook("# nothing\n", "empty.yaml", checks=CHECKS)


def test_a_file_dropped_into_a_folder_is_a_playbook(tmp_path):
    (tmp_path / "again.yaml").write_text(GOOD)
    assert "mail-again" in load_playbooks(tmp_path, checks=known_checks())


def test_two_playbooks_of_one_name_are_refused(tmp_path):
    (tmp_path / "a.yaml").write_text(GOOD)
    (tmp_path / "b.yaml").write_text(GOOD)
    with pytest.raises(PlaybookError, match="two playbooks called `mail-again`"):
        load_playbooks(tmp_path, checks=known_checks())


def test_the_guides_three_steps_are_carried_out():
    playbook = load_playbooks(checks=known_checks())["emails-not-sending"]
    assert [(step.verb, step.sentence) for step in playbook.steps] == [
        ("check", "SMTP settings and logs"),
        ("verify", "Sending limits and authentication"),
        ("test", "With alternative SMTP service"),
    ]
    assert set(playbook.events) == {"mail.failed", "mail.hung", "config.changed", "plugin.changed"}


@pytest.mark.parametrize(
    ("trigger", "message"),
    [
        ("schedule: hourly", "unknown schedule `hourly`. Known are `daily`, `weekly`."),
        ("schedule: weekly\n    sites: all", "unknown set of sites `all`"),
        ("event: mail.failed\n    says: Mail fails", "`says` belongs to a `button`"),
        ("button: diagnose-mail\n    sites: paired", "`sites` belongs to a `schedule`"),
        ("button: one\n    event: mail.failed", "a trigger is one of `event`, `button`, `schedule`"),
    ],
)
def test_a_trigger_that_cannot_be_is_refused(trigger, message):
    with pytest.raises(PlaybookError) as refused:
        parse_playbook(GOOD.replace("event: mail.failed", trigger, 1), "bad.yaml", checks=CHECKS)
    assert message in str(refused.value)


def test_where_a_playbook_looks_from_is_one_of_two():
    with pytest.raises(PlaybookError, match="unknown place `afar`"):
        parse_playbook(GOOD.replace("proof:", "seen: afar\nproof:"), "bad.yaml", checks=CHECKS)


def test_the_guides_poor_email_deliverability_is_carried_out():
    playbook = load_playbooks(checks=known_checks())["poor-email-deliverability"]
    assert [(step.verb, step.sentence) for step in playbook.steps] == [
        ("check", "Sender reputation"),
        ("verify", "SPF/DKIM records"),
        ("action", "Warm up IP if new"),
    ]
    assert playbook.buttons == (Button("diagnose-deliverability", "Mail lands in spam"),)
    assert playbook.schedules == (Schedule("weekly"),)
    assert playbook.from_outside


def test_a_warm_up_is_looked_at_daily_where_one_goes_on():
    playbook = load_playbooks(checks=known_checks())["warm-up"]
    assert playbook.schedules == (Schedule("daily", "warming-up"),)
    assert not playbook.buttons


def known_checks() -> set[str]:
    """The names that the shipped playbooks and this file use."""
    return {*CHECKS, *all_checks()}
