"""The captcha: has it a key that can be one, does its script come, and does nobody hold it back?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from diagnostics.finding import Finding
from diagnostics.forms.form import Form
from diagnostics.forms.page.codes import assets as codes
from diagnostics.forms.page.holders import CONSENT, hold_of, sources
from diagnostics.forms.page.seen import Seen, SeenForm
from diagnostics.printable import printable


@dataclass(frozen=True)
class Captcha:
    """One provider: its markup, script and keys, as its own documentation has them."""

    kind: str
    title: str
    box: str  # the class of its element
    script: re.Pattern[str]
    address: str  # the script, for people
    key: re.Pattern[str]
    secret: re.Pattern[str]
    tests: Mapping[str, str]  # the provider's public test keys, and what they do


CAPTCHAS = (
    Captcha(
        "recaptcha",
        "reCAPTCHA",
        "g-recaptcha",
        re.compile(r"(?:google\.com|recaptcha\.net|gstatic\.com)/recaptcha/"),
        "https://www.google.com/recaptcha/api.js",
        re.compile(r"6L[\w-]{38}"),
        re.compile(r"(?!)"),  # a secret looks just like a site key
        {"6LeIxAcTAAAAAJcZVRqyHh71UMIEGNQ_MXjiZKhI": "it lets everybody through"},
    ),
    Captcha(
        "hcaptcha",
        "hCaptcha",
        "h-captcha",
        re.compile(r"hcaptcha\.com/"),
        "https://js.hcaptcha.com/1/api.js",
        re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE),
        re.compile(r"0x[0-9a-f]{30,}|ES_\w+", re.IGNORECASE),
        {
            "10000000-ffff-ffff-ffff-000000000001": "it lets everybody through",
            "20000000-ffff-ffff-ffff-000000000002": "it lets everybody through",
            "30000000-ffff-ffff-ffff-000000000003": "it takes everybody for a robot",
        },
    ),
    Captcha(
        "turnstile",
        "Turnstile",
        "cf-turnstile",
        re.compile(r"challenges\.cloudflare\.com/turnstile/"),
        "https://challenges.cloudflare.com/turnstile/v0/api.js",
        re.compile(r"[0-3]x[\w-]{20,24}"),
        re.compile(r"[0-3]x[\w-]{31,}"),
        {
            "1x00000000000000000000AA": "it lets everybody through",
            "2x00000000000000000000AB": "it refuses everybody",
            "1x00000000000000000000BB": "it lets everybody through",
            "2x00000000000000000000BB": "it refuses everybody",
            "3x00000000000000000000FF": "it asks everybody",
        },
    ),
)
_WHERE = {
    "contact-form-7": "Contact → Integration",
    "wpforms": "WPForms → Settings → CAPTCHA",
    "gravityforms": "Forms → Settings → reCAPTCHA",
    "fluentform": "Fluent Forms → Global Settings → Security",
    "formidable": "Formidable → Global Settings → Captcha/Spam",
    "forminator": "Forminator → Settings → CAPTCHA",
    "ninja-forms": "Ninja Forms → Settings → reCAPTCHA Settings",
    "elementor-pro": "Elementor → Settings → Integrations",
}


def captchas(seen: Seen, place: SeenForm, form: Form | None, facts: dict[str, Any], subject: str) -> list[Finding]:
    """What is wrong with the captchas of the form; none where it has none."""
    where = _WHERE.get(place.maker.slug, "the captcha plugin's settings")
    found: list[Finding] = []
    for each in CAPTCHAS:
        boxes = [attrs for attrs, owner in seen.document.captchas if owner is place.shown and _is_box(each, attrs)]
        declared = form is not None and any(each.kind in kind.lower().replace("-", "") for kind in form.captchas)
        if boxes or (declared and place.shown is not None):
            told = {**facts, "captcha": each.title, "where": where, "script": each.address}
            found += _judge(seen, each, boxes, told, subject)
    return found


def _is_box(captcha: Captcha, attrs: Mapping[str, str]) -> bool:
    # Forminator and others: a box of their own class that names the provider.
    return captcha.box in attrs.get("class", "").split()


def _judge(
    seen: Seen, captcha: Captcha, boxes: list[Mapping[str, str]], told: dict[str, Any], subject: str
) -> list[Finding]:
    keys = [attrs.get("data-sitekey", "").strip() for attrs in boxes if "data-sitekey" in attrs]
    loading = [each for each in seen.document.scripts if any(captcha.script.search(src) for src in sources(each))]
    keys += [found[1] for each in loading for src in sources(each) if (found := re.search(r"[?&]render=([\w-]+)", src))]
    real = [key for key in keys if key not in ("explicit", "onload")]
    if boxes and keys and not any(keys):
        return [codes.CAPTCHA_NO_KEY.finding(subject, told)]
    for key in filter(None, real):
        shown = {"begins": printable(key, 4), "length": len(key)}
        if key in captcha.tests:
            say = {"why": captcha.tests[key], "key": printable(key, 60)}
            return [codes.CAPTCHA_TEST_KEY.finding(subject, {**told, **say})]
        if captcha.secret.fullmatch(key):
            return [codes.CAPTCHA_WRONG_KEY.finding(subject, {**told, **shown, "why": "it is the secret key"})]
        if not captcha.key.fullmatch(key):
            return [
                codes.CAPTCHA_WRONG_KEY.finding(subject, {**told, **shown, "why": "the provider gives no such keys"})
            ]
    for script in loading:
        hold = hold_of(script)
        if hold is not None and hold.kind == CONSENT:
            say = {"by": hold.by, "where": hold.where, "category": hold.category, "sign": printable(hold.sign, 100)}
            return [codes.CAPTCHA_HELD.finding(subject, {**told, **say})]
    # A plugin's own script may bring the provider's: then it names it.
    if not loading and boxes and not captcha.script.search(seen.text):
        return [codes.CAPTCHA_NO_SCRIPT.finding(subject, told)]
    return []
