"""Who holds a script back: consent managers until the visitor agrees, optimisers until the visitor moves.

A browser runs a script only when its `type` is empty or names JavaScript (WHATWG HTML §4.12.1.1); each of these
plugins puts another word there, or the address into another attribute, and puts both back later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from diagnostics.forms.page.document import Document, Script
from diagnostics.forms.page.makers import Maker

CONSENT, WAITS = "consent", "waits"
_JAVASCRIPT = re.compile(r"(?:text|application)/(?:x-)?(?:java|ecma|j|live)script(?:1\.\d)?|module", re.IGNORECASE)
_CLOUDFLARE = re.compile(r"[0-9a-f]{16,40}-(?:text/javascript|module)", re.IGNORECASE)  # Rocket Loader: runs by itself


@dataclass(frozen=True)
class Hold:
    """One script that does not run as it stands."""

    kind: str  # CONSENT or WAITS
    by: str
    where: str
    category: str  # what the visitor has to agree to
    sign: str  # what its tag says


_ROCKET = "Settings → WP Rocket → File Optimization → Delay JavaScript execution"
# An attribute that only this plugin writes -> who, where, and which attribute names the category.
_BY_ATTRIBUTE: tuple[tuple[str, str, str, str, str], ...] = (
    ("data-cookieyes", CONSENT, "CookieYes", "CookieYes → Cookie Manager", "data-cookieyes"),
    ("data-cli-class", CONSENT, "CookieYes", "CookieYes → Script Blocker", "data-cli-category"),
    ("data-cmplz-src", CONSENT, "Complianz", "Complianz → Integrations", "data-category"),
    ("data-service", CONSENT, "Complianz", "Complianz → Integrations", "data-category"),
    ("data-borlabs-cookie-script-blocker-id", CONSENT, "Borlabs Cookie", "Borlabs Cookie → Script Blocker",
     "data-borlabs-cookie-script-blocker-id"),
    ("data-borlabs-script-blocker-id", CONSENT, "Borlabs Cookie", "Borlabs Cookie → Script Blocker",
     "data-borlabs-script-blocker-id"),
    ("data-usercentrics", CONSENT, "Usercentrics", "Usercentrics → Service Settings", "data-usercentrics"),
    ("data-cookieconsent", CONSENT, "Cookiebot", "Cookiebot → Settings", "data-cookieconsent"),
    ("data-suppressedsrc", CONSENT, "iubenda", "iubenda → Cookie Solution", "data-iub-purposes"),
    ("consent-original-src-_", CONSENT, "Real Cookie Banner", "Real Cookie Banner → Content Blocker", "consent-by"),
    ("consent-id", CONSENT, "Real Cookie Banner", "Real Cookie Banner → Content Blocker", "consent-by"),
    ("data-cookiescript", CONSENT, "CookieScript", "CookieScript → Settings", "data-cookiecategory"),
    ("data-categories", CONSENT, "Termly", "Termly → Consent", "data-categories"),
    ("data-cookiecategory", CONSENT, "a consent manager", "its settings", "data-cookiecategory"),
    ("data-rocket-src", WAITS, "WP Rocket", _ROCKET, ""),
    ("data-pmdelayedscript", WAITS, "Perfmatters", "Settings → Perfmatters → Assets → JavaScript", ""),
    ("data-perfmatters-type", WAITS, "Perfmatters", "Settings → Perfmatters → Assets → JavaScript", ""),
    ("nitro-delay-src", WAITS, "NitroPack", "NitroPack → Advanced Settings → Delayed scripts", ""),
    ("data-wpmeteor-src", WAITS, "WP Meteor", "Settings → WP Meteor → Exclusions", ""),
    ("data-wpacu-src", WAITS, "Asset CleanUp", "Asset CleanUp → Settings", ""),
    ("data-flying-press-src", WAITS, "FlyingPress", "FlyingPress → JavaScript", ""),
)  # fmt: skip
_BY_TYPE: tuple[tuple[str, str, str, str], ...] = (
    (
        r"rocketlazyloadscript",
        WAITS,
        "WP Rocket",
        "Settings → WP Rocket → File Optimization → Delay JavaScript execution",
    ),
    (r"litespeed/javascript", WAITS, "LiteSpeed Cache", "LiteSpeed Cache → Page Optimization → JS Settings"),
    (r"pmdelayedscript", WAITS, "Perfmatters", "Settings → Perfmatters → Assets → JavaScript"),
    (r"nitropack/.*", WAITS, "NitroPack", "NitroPack → Advanced Settings → Delayed scripts"),
    (r"flying-scripts|lazy", WAITS, "Flying Scripts", "Settings → Flying Scripts"),
    (r"javascript/blocked", WAITS, "WP Meteor", "Settings → WP Meteor → Exclusions"),
    (r"text/phast", WAITS, "PhastPress", "Settings → PhastPress"),
    (r"application/consent", CONSENT, "Real Cookie Banner", "Real Cookie Banner → Content Blocker"),
)
_BY_CLASS: tuple[tuple[str, str, str], ...] = (
    (r"\b_iub_cs_activate", "iubenda", "iubenda → Cookie Solution"),
    (r"\boptanon-category-\w+", "OneTrust", "OneTrust → Categorizations"),
    (r"\bcmplz-\w+", "Complianz", "Complianz → Integrations"),
)
_SOURCES = (
    "src",
    "data-src",
    "data-rocket-src",
    "data-cmplz-src",
    "data-suppressedsrc",
    "consent-original-src-_",
    "nitro-delay-src",
    "data-wpmeteor-src",
    "data-wpacu-src",
    "data-flying-press-src",
    "data-pmdelayedscript",
    "data-litespeed-src",
    "data-lazy-src",
    "data-cookieconsent-src",
)


def sources(script: Script) -> tuple[str, ...]:
    """The addresses that *script* has or will have."""
    return tuple(script.attrs[name] for name in _SOURCES if script.attrs.get(name))


def own_scripts(document: Document, maker: Maker) -> list[Script]:
    """The scripts of the page that are the form plugin's own: by their address, or by the id that WordPress gives."""
    return [
        each
        for each in document.scripts
        if each.attrs.get("id", "") in maker.handles
        or any(part in address for part in maker.scripts for address in sources(each))
    ]


def runs(script: Script) -> bool:
    """Whether a browser runs it as it stands, or Cloudflare's Rocket Loader does by itself."""
    kind = script.attrs.get("type", "").strip()
    return (not kind or bool(_JAVASCRIPT.fullmatch(kind))) or bool(_CLOUDFLARE.fullmatch(kind))


def hold_of(script: Script) -> Hold | None:
    """Who holds *script* back; None where it runs, or is no script at all (JSON, a template)."""
    kind = script.attrs.get("type", "").strip().lower()
    if runs(script) and (script.src or not sources(script)):
        return None
    sign = f'type="{kind}"' if kind else "no src"
    for name, how, who, where, category in _BY_ATTRIBUTE:
        if name in script.attrs:
            return Hold(how, who, where, _agreed(script, category), f"{sign} {name}")
    for pattern, how, who, where in _BY_TYPE:
        if re.fullmatch(pattern, kind):
            return Hold(how, who, where, _agreed(script, ""), sign)
    for pattern, who, where in _BY_CLASS:
        if found := re.search(pattern, script.attrs.get("class", "")):
            return Hold(CONSENT, who, where, "a category of it", f"{sign} class {found[0]}")
    if kind == "text/plain" or kind == "text/template":
        return Hold(CONSENT, "a consent manager", "its settings", "it", sign)
    return Hold(WAITS, "an optimiser", "its settings", "", sign) if not runs(script) and script.src else None


def _agreed(script: Script, category: str) -> str:
    said = script.attrs.get(category, "") if category else ""
    return f"“{said[:60]}”" if said else "it"
