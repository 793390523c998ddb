"""Whose mail passes DMARC: streams that do, wait, break or cannot be known; sound set-ups are not accused."""

from __future__ import annotations

import pytest

from diagnostics.finding import Code, UnknownReason, Verdict
from diagnostics.mail.dmarc import discover, look_at_dmarc, stated_identifiers
from diagnostics.mail.domain import Sender, Signature, Subject, World
from tests.servers.zone import Zone
from tests.unit.dmarc_world import (
    BOUNCE,
    DOMAIN,
    NOW,
    RELAY_IP,
    RUA,
    SOUND,
    STRANGER,
    DKIMLooked,
    Signed,
    SPFLooked,
    codes,
    dmarc,
    faults,
    ground,
    looked,
    one,
    sender,
    signed,
    with_bounce,
)

# Could not look, or not the cause ------------------------------------------------------------------------------------


async def test_a_policy_that_was_not_answered_is_unknown() -> None:
    view = await looked(ground().fail(f"_dmarc.{DOMAIN}", "timeout"), sender())
    found = one(view, "dmarc.unseen")
    assert (found.verdict, found.reason) == (Verdict.UNKNOWN, UnknownReason.UNAVAILABLE)
    assert "dmarc.walk" not in codes(view)
    assert faults(view) == []


async def test_a_domain_that_does_not_exist_waits_for_that() -> None:
    [found] = (await looked(dmarc(SOUND), domain="ghost.site.example")).findings
    assert (found.code, found.blocked_by) == ("dmarc.blocked", "domain.unknown")


async def test_a_key_alone_proves_no_signature() -> None:
    dkim = DKIMLooked(inferred=(Signed(DOMAIN, "s1", True),))
    mail = sender(mail_from=BOUNCE, signatures=(), known_by="site")
    found = one(await looked(with_bounce(dmarc(SOUND)), mail, dkim=dkim), "dmarc.alignment_unseen")
    assert "whether this mail is signed with it was not seen" in found.summary


async def test_each_stream_is_a_finding_of_its_own() -> None:
    zone = with_bounce(dmarc(SOUND))
    view = await looked(zone, sender(**STRANGER, relay="a.test"), sender(**STRANGER, relay="b.test"), sender())
    named = [(each.code, each.subject) for each in view.findings if "align" in each.code]
    assert named == [
        ("dmarc.not_aligned", "a.test"),
        ("dmarc.not_aligned", "b.test"),
        ("dmarc.aligned", "smtp.relay.test"),
    ]


async def test_mail_whose_spf_fails_waits_for_spf() -> None:
    mail = sender(ip="198.51.100.7", signatures=signed("relay.test"))
    view = await looked(dmarc(SOUND), mail)
    found = one(view, "dmarc.blocked")
    assert (found.blocked_by, found.reason) == ("spf.fail", UnknownReason.BLOCKED)
    assert view.steps[2].breaks
    assert not [each for each in codes(view) if each.startswith("dmarc.step")]  # the stream has said it
    assert [each.code for each in view.findings if each.verdict in (Verdict.FAIL, Verdict.WARN)] == []


async def test_mail_whose_key_is_missing_waits_for_the_key() -> None:
    missing = Code("dkim.key_missing", Verdict.FAIL, "{subject}", remedy="x").finding(
        f"s1._domainkey.{DOMAIN}", {"a": 1}
    )
    other = Code("dkim.key_weak", Verdict.WARN, "{subject}", remedy="x").finding(f"s2._domainkey.{DOMAIN}", {"a": 1})
    dkim = DKIMLooked({(DOMAIN, "s1"): False}, (other, missing))
    view = await looked(with_bounce(dmarc(SOUND)), sender(mail_from=BOUNCE), dkim=dkim)
    assert one(view, "dmarc.blocked").blocked_by == "dkim.key_missing"
    assert "dmarc.not_aligned" not in codes(view)


async def test_a_signature_that_does_not_verify_does_not_count() -> None:
    view = await looked(with_bounce(dmarc(SOUND)), sender(mail_from=BOUNCE, signatures=signed(DOMAIN, verified=False)))
    assert view.alignments[0].both == "fail"
    found = one(view, "dmarc.not_aligned")
    assert found.remedy
    assert "`diagnose message FILE`" in found.remedy.text  # its key is sound, so no record is accused


async def test_a_finding_about_another_key_is_not_the_cause() -> None:
    other = Code("dkim.key_weak", Verdict.WARN, "{subject}", remedy="x").finding(f"s2._domainkey.{DOMAIN}", {"a": 1})
    mail = sender(mail_from=BOUNCE, signatures=signed(DOMAIN, verified=False))
    view = await looked(with_bounce(dmarc(SOUND)), mail, dkim=DKIMLooked({(DOMAIN, "s1"): False}, (other,)))
    assert "dmarc.blocked" not in codes(view)


@pytest.mark.parametrize(
    "mail",
    [
        sender(mail_from="", ip="", signatures=(), known_by="site"),
        sender(mail_from=BOUNCE, signatures=(), known_by="site"),
        sender(ip="", mail_from=DOMAIN, signatures=(), known_by="given"),
    ],
)
async def test_a_stream_of_which_no_message_was_seen_is_unknown(mail: Sender) -> None:
    view = await looked(with_bounce(dmarc(SOUND)), mail)
    assert one(view, "dmarc.alignment_unseen").reason is UnknownReason.NOT_CONFIGURED
    assert view.steps[2].not_known
    assert not {"dmarc.aligned", "dmarc.not_aligned", "dmarc.steps_safe", "dmarc.step_breaks"} & set(codes(view))


async def test_spf_without_an_answer_leaves_it_unknown() -> None:
    zone = dmarc(SOUND).fail("b.site.example", "servfail")
    view = await looked(zone, sender(mail_from="b.site.example", signatures=()))
    assert one(view, "dmarc.alignment_unseen").reason is UnknownReason.UNAVAILABLE


async def test_a_stream_that_waits_does_not_hide_one_that_breaks() -> None:
    waits = sender(ip="198.51.100.7", signatures=signed("relay.test"))
    view = await looked(with_bounce(dmarc(SOUND)), waits, sender(**STRANGER, relay="b.test"))
    assert one(view, "dmarc.step_breaks").evidence["broken"] == "mail through b.test"


async def test_no_sender_at_all_is_said() -> None:
    view = await looked(dmarc(SOUND))
    assert one(view, "dmarc.alignment_unseen").reason is UnknownReason.NOT_CONFIGURED
    assert faults(view) == []


# Steps ---------------------------------------------------------------------------------------------------------------


async def test_each_stream_is_followed_through_each_policy() -> None:
    zone = with_bounce(dmarc(f"v=DMARC1; p=none; {RUA}"))
    aligned = sender(messages_day=40)
    stranger = sender(**STRANGER, relay="smtp.shop.test")
    unseen = sender(mail_from="", ip="", relay="smtp.other.test", signatures=(), known_by="site")
    view = await looked(zone, aligned, stranger, unseen)
    steps = one(view, "dmarc.step_breaks").evidence["steps"]
    fates = {step["policy"]: [each["fate"] for each in step["streams"]] for step in steps}
    assert fates == {
        "none": ["delivered", "delivered", "delivered"],
        "quarantine": ["delivered", "junk", "not known"],
        "reject": ["delivered", "refused", "not known"],
    }
    assert steps[0]["streams"][0]["messages_day"] == 40
    assert "DKIM signs with d=relay.test" in steps[2]["streams"][1]["why"]


async def test_a_stream_that_passes_by_spf_alone_is_told_of_forwarding() -> None:
    view = await looked(dmarc(SOUND), sender(signatures=()))
    assert one(view, "dmarc.steps_safe").evidence["steps"][2]["streams"][0]["why"].endswith("forwarded mail loses that")


# Sound shapes: nobody is accused -------------------------------------------------------------------------------------

SHAPES: dict[str, tuple[Zone, Sender]] = {
    "own server, SPF and DKIM": (dmarc(SOUND), sender()),
    "Google Workspace": (
        dmarc(SOUND),
        sender(relay="smtp-relay.gmail.com", signatures=(Signature(DOMAIN, "google", True),)),
    ),
    "SendGrid, authenticated domain": (
        dmarc(SOUND).add("em1.site.example", "TXT", f"v=spf1 ip4:{RELAY_IP} -all"),
        sender(relay="smtp.sendgrid.net", mail_from="em1.site.example", signatures=signed(DOMAIN, "sendgrid.net")),
    ),
    "relay that bounces to itself and signs for us": (
        with_bounce(dmarc(SOUND)),
        sender(mail_from=BOUNCE, signatures=signed("relay.test", DOMAIN)),
    ),
    "signature of a subdomain": (
        with_bounce(dmarc(SOUND)),
        sender(mail_from=BOUNCE, signatures=signed(f"mail.{DOMAIN}")),
    ),
    "SPF alone": (dmarc(SOUND), sender(signatures=())),
    "quarantine with strict alignment": (dmarc(f"v=DMARC1; p=quarantine; adkim=s; aspf=s; {RUA}"), sender()),
    "spaces, capitals, final semicolon": (dmarc(f"v=DMARC1 ; P=Reject ; {RUA} ;"), sender()),
    "hosted by a service through a CNAME": (
        dmarc(SOUND, at="x", zone=ground())
        .add(f"_dmarc.{DOMAIN}", "CNAME", "site.dmarc-service.test")
        .add("site.dmarc-service.test", "TXT", SOUND),
        sender(),
    ),
    "reports to a service with a wildcard": (
        dmarc("v=DMARC1; p=reject; rua=mailto:x@rep.test")
        .add("rep.test", "MX", (1, "mx.rep.test"))
        .add(f"{DOMAIN}._report._dmarc.rep.test", "TXT", "v=DMARC1"),
        sender(),
    ),
    "other TXT records beside it": (dmarc(SOUND, "google-site-verification=x"), sender()),
    "split into strings": (
        dmarc(at=DOMAIN).add(f"_dmarc.{DOMAIN}", "TXT", (b"v=DMARC1; p=rej", b"ect; " + RUA.encode())),
        sender(),
    ),
    "capitals in names": (dmarc(SOUND), sender(mail_from="Site.Example", signatures=signed("SITE.example"))),
    "unknown tag": (dmarc(f"{SOUND}; x=1"), sender()),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_sound_set_up_is_not_accused(shape: str) -> None:
    zone, mail = SHAPES[shape]
    view = await looked(zone, mail)
    assert [each.code for each in view.findings if each.verdict is not Verdict.PASS] == []
    assert {"dmarc.walk", "dmarc.aligned", "dmarc.reports_reach", "dmarc.steps_safe"} == set(codes(view))


async def test_a_sound_finding_carries_walk_records_and_both_policies() -> None:
    facts = one(await looked(dmarc(SOUND), sender()), "dmarc.walk").evidence
    assert facts["records"] == [{"name": f"_dmarc.{DOMAIN}", "type": "TXT", "values": [SOUND], "ttl": 3600}]
    assert (facts["rfc9989"]["policy"], facts["rfc7489"]["policy"]) == ("reject", "reject")
    assert (facts["organizational_domain"], facts["organizational_domain_rfc7489"]) == (DOMAIN, DOMAIN)


async def test_a_record_kept_by_a_service_is_mended_there() -> None:
    zone = ground().add(f"_dmarc.{DOMAIN}", "CNAME", "site.dmarc-service.test")
    zone.add("site.dmarc-service.test", "TXT", "v=DMARC1; p=rejct")
    found = one(await looked(zone, sender()), "dmarc.malformed")
    assert found.remedy
    assert not found.remedy.records  # nobody can publish beside a CNAME, and its target is the service's
    assert "the service that keeps site.dmarc-service.test" in found.remedy.text


async def test_text_of_a_record_is_escaped_and_bounded() -> None:
    zone = dmarc(b"v=DMARC1; p=\x1b[31mred; rua=mailto:a@b.example\x00" + b"x" * 60_000)
    found = one(await looked(zone, sender()), "dmarc.malformed")
    for text in (found.summary, found.evidence["text"], str(found.remedy)):
        assert text.isprintable()
        assert len(text) < 10_000


async def test_identifiers_that_were_told_before_cost_no_question_afterwards() -> None:
    zone = with_bounce(dmarc(SOUND))
    mail = sender(**STRANGER)
    world = World(zone, None, NOW)
    found = await discover(DOMAIN, world, stated_identifiers([mail]))
    asked = list(zone.asked)
    await look_at_dmarc(Subject(DOMAIN, (mail,)), world, found, SPFLooked({}), DKIMLooked())
    assert zone.asked == asked
