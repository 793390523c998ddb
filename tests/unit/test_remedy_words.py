"""Each remedy names the place (panel, plugin screen, provider), the thing there, and the value to give it.

Of a text nobody can prove that it is good; that it names no place at all can be seen. The rule looks at the words of
the code's declaration (remedy, copy, letter), with what the evidence fills in:

place   where to go: a panel, a screen, a file, or who has to be asked.
thing   what is changed there: a record, a key, an address, a plan, a form.
value   what it becomes: the exact text (`copy`, a placeholder, a literal), or whose value it is. Asked only of codes
        that the reader mends by typing something (kinds DNS and SETTINGS); elsewhere the deed is the value.
"""

from __future__ import annotations

import re

import pytest

from diagnostics.check import all_codes
from diagnostics.finding import CauseKind, Code, Verdict

PLACE = re.compile(
    r"""→ | wp-admin | \bplugin | \bsettings\b | \bform\b | \btemplate\b | \bconsole\b | \bscreen\b | \bpage\b
      | DNS\ host | name\ servers? | registrar | \bpanel | \bdashboard | \bweb\ (?:host|server) | \bserver\b
      | \bmachine\b | \bprovider | \brelay\b | \boperator | postmaster | \brecipient | \bservice\b | \blist\b
      | \baccount\b | \bzone\b | \bcPanel | \bPlesk | \bSES\b | \bSendGrid | \bMailgun | \bPostmark | \bBrevo
      | \bGoogle | \bMicrosoft | \bGmail | \bZoho | php\.ini | phpmailer_init | \bbrowser\b | \bpolicy\ file
      | in\ a\ mailbox | \{evidence\.(?:place|where|who|owner|pages|panel|signer|provider_title) """,
    re.VERBOSE | re.IGNORECASE,
)
THING = re.compile(
    r"""\brecords? | \bkeys?\b | certificate | \bsettings?\b | \bports?\b | password | address | \baccount | \bplan\b
      | encryption | name\ servers? | \bPTR\b | template | attachment | \bform\b | \bsender | \bFrom\b | \bmails?\b
      | newsletter | \bdomains?\b | selector | \bpolicy\b | \blimits?\b | mailbox | log-in | \bSPF\b | \bDKIM\b
      | \bDMARC\b | \bclock\b | \bheaders?\b | extension | \broute\b | host\ name | \bbody\b | \btag\b | plugin
      | \bqueue | \bTLS\b | php\.ini | httpd_can_ | removal """,
    re.VERBOSE | re.IGNORECASE,
)
VALUE = re.compile(
    r"""\{evidence\. | \{subject\} | `[^`]+` | [\u201c"'][^\u201d"']+[\u201d"'] | \b\d{2,}\b | \w=\w | \bTLS\b | \w@
      # whose value it is, where only that one knows it
      | own\ (?:address|domain) | log-in's | user\ name\ and\ password | that\ (?:the\ \w+|it)\ shows | verified\ at
      | provider's\ own | provider\ gives | in\ the\ certificate | site's\ domain | WP\ Mail\ SMTP | starts\ with
      | [~]all | API\ key | your\ From\ domain | full\ host\ name """,
    re.VERBOSE | re.IGNORECASE,
)
TYPED = (CauseKind.DNS, CauseKind.SETTINGS)

# Their words are put together for each case, with place and value; by what, and where.
BUILT = {
    "dkim.key_malformed": "by who keeps the key: dkim.judge",
    "dkim.key_unusable": "by who keeps the key: dkim.judge",
    "dkim.multiple": "by who keeps the key: dkim.judge",
    "dkim.testing": "by who keeps the key: dkim.judge",
    "dkim.wrong_type": "by who keeps the key: dkim.judge",
    "dmarc.discovery_differs": "by where the two walks part: dmarc.judge_discovery",
    "dmarc.not_aligned": "by the relay: dmarc.judge_streams",
    "mail.failing_since": "it points to the finding that names the cause, and to the change before it: history",
    "mail.short_circuited": "by the plugin or the must-use file that does it: settings",
    "mail.switched_off": "by the plugin, trap or sendmail that does it: settings",
    "mta_sts.testing_would_fail": "by what is missing, policy file or certificate: transport.sts_judge",
    "reputation.ptr_mismatch": "by who owns the address and the name: address.judge_names",
}
# What has no value that could be typed, though it is a setting.
NOTHING_TO_TYPE = {
    "smtp.auth.oauth_expired": "a button: Authorize",
    "smtp.policy.dns_unavailable": "a look at the name servers",
    "smtp.recipient.refused": "a look for typing errors, and a switch",
    "smtp.tls.seen_outside_only": "for the site nothing has to be done",
    "smtp.tls.untrusted": "an update of the web server",
    "smtp.tls.unverified": "a switch",
}


def faults() -> list[Code]:
    return [each for each in all_codes().values() if each.verdict in (Verdict.FAIL, Verdict.WARN)]


def lacking(code: Code) -> list[str]:
    """What the words of *code* do not name."""
    words = f"{code.remedy} {code.letter}"
    missing = [name for name, names in (("place", PLACE), ("thing", THING)) if not names.search(words)]
    typed = code.kind in TYPED and code.code not in NOTHING_TO_TYPE
    if typed and not code.copy and not VALUE.search(words):
        missing.append("value")
    return missing


@pytest.mark.parametrize("code", [each for each in faults() if each.code not in BUILT], ids=lambda each: each.code)
def test_a_remedy_names_the_place_the_thing_and_the_value(code: Code) -> None:
    assert not lacking(code), f"it says: {code.remedy}"


@pytest.mark.parametrize(
    ("remedy", "missing"),
    [
        ("Mend it.", ["place", "thing", "value"]),
        ("Put the record right.", ["place", "value"]),
        ("At the DNS host, mend it to v=spf1.", ["thing"]),
        ("At the DNS host, correct the record.", ["value"]),
        ("At the DNS host, give the TXT record this value: {evidence.proposed}.", []),
        ("In wp-admin, Settings → General, set the address to one at {subject}.", []),
    ],
)
def test_the_rule_sees_what_is_missing(remedy: str, missing: list[str]) -> None:
    assert lacking(Code("x.y", Verdict.FAIL, "s", remedy=remedy)) == missing


def test_no_exception_stands_for_a_code_that_is_gone() -> None:
    known = {each.code for each in faults()}
    assert {*BUILT, *NOTHING_TO_TYPE} <= known
