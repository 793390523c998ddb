"""What was fetched, read: the text in its encoding, the document, and the forms whose maker is known."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from urllib.parse import urljoin

from diagnostics.forms.page.document import Document, ShownForm, TooManyTags, read_document
from diagnostics.forms.page.fetch import Answer, Visit, web_address
from diagnostics.forms.page.makers import MAKERS, Maker

# Encodings of the web (WHATWG Encoding §4.2) by Python's names; what is none of them is read as UTF-8.
_ENCODINGS = frozenset(  # one by one they would fill a page
    str.split(
        "utf-8 utf8 ascii us-ascii latin1 l1 windows-1250 windows-1251 windows-1252 windows-1253 windows-1254 "
        "windows-1255 windows-1256 windows-1257 windows-1258 cp1250 cp1251 cp1252 cp1256 koi8-r koi8-u gbk gb2312 "
        "gb18030 big5 euc-jp shift_jis sjis iso-2022-jp euc-kr utf-16 utf-16le utf-16be macintosh iso-8859-1 "
        "iso-8859-2 iso-8859-3 iso-8859-4 iso-8859-5 iso-8859-6 iso-8859-7 iso-8859-8 iso-8859-9 iso-8859-10 "
        "iso-8859-11 iso-8859-13 iso-8859-14 iso-8859-15 iso-8859-16"
    )
)
_META = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([a-zA-Z0-9_-]{2,20})""", re.IGNORECASE)
_AJAX = re.compile(r"""["']?(?:ajax_?url|adminAjax|url)["']?\s*:\s*["']([^"'<>\s]{1,300}admin-ajax\.php)["']""", re.I)
_CF7_ROOT = re.compile(r"""["']root["']\s*:\s*["']([^"'<>\s]{1,300})["']""")
_ASSET = re.compile(r"(.+?)/wp-(?:content|includes)/")


class Unreadable(Exception):
    """The answer is no page that can be read; the text says why."""


@dataclass(frozen=True)
class SeenForm:
    """A form in the page whose maker is known."""

    maker: Maker
    id: str  # as the plugin counts; "?" where the markup does not say
    shown: ShownForm | None  # None where a script draws it
    target: str  # what its action leads to
    roads: tuple[str, ...]  # the addresses that its entries may take, from the page's own scripts


@dataclass(frozen=True)
class Seen:
    """A page, read."""

    url: str  # where it came from, after redirects
    answer: Answer
    document: Document
    text: str
    forms: tuple[SeenForm, ...]
    scripts: str  # what stands inside its scripts
    site: str  # where WordPress is, without a final slash; "" where the page does not show it


def see(page: Visit) -> Seen | None:
    """The page that *page* ended at; None where it is none that can be read."""
    try:
        return read(page)
    except Unreadable:
        return None


def read(page: Visit) -> Seen:
    """The page that *page* ended at. Raises Unreadable."""
    answer = page.answer
    if answer is None:
        raise Unreadable("there is no answer")
    kind = answer.header("content-type").split(";")[0].strip().lower()
    if kind and kind not in ("text/html", "application/xhtml+xml"):
        raise Unreadable(f"it is no page but {kind[:60]}")
    if answer.cut:
        raise Unreadable("it is larger than what is read of a page (4 MB)")
    text = decoded(answer)
    try:
        document = read_document(text)
    except TooManyTags:
        raise Unreadable("it has more tags than are read of a page (200,000)") from None
    scripts = "\n".join(each.text for each in document.scripts)
    site = _site(document, answer.url)
    forms = tuple(_forms(document, scripts, answer.url, site))
    return Seen(answer.url, answer, document, text, forms, scripts, site)


def decoded(answer: Answer) -> str:
    """The body as text, in the encoding that the answer or the page says (WHATWG HTML §13.2.3.1)."""
    body = answer.body
    said = re.search(r"charset\s*=\s*[\"']?([\w-]{2,20})", answer.header("content-type"), re.IGNORECASE)
    meta = _META.search(body[:1024])
    if body.startswith(b"\xef\xbb\xbf"):
        name, body = "utf-8", body[3:]
    elif body.startswith((b"\xff\xfe", b"\xfe\xff")):
        name = "utf-16"
    elif said:
        name = said[1].lower()
    else:
        name = meta[1].decode("ascii").lower() if meta else "utf-8"
    if name not in _ENCODINGS:
        name = "utf-8"
    elif name in ("iso-8859-1", "latin1", "l1", "ascii", "us-ascii"):
        name = "cp1252"  # as browsers read them
    return body.decode(name, "replace").replace("\0", "\ufffd")


def _site(document: Document, url: str) -> str:
    addresses = [each.src for each in document.scripts if each.src]
    addresses += [each.get("href", "") for each in document.links if "stylesheet" in each.get("rel", "")]
    for address in addresses:
        if found := _ASSET.match(joined(url, address)):
            return found[1]
    return ""


def joined(url: str, relative: str) -> str:
    """*relative* as a browser resolves it on *url*; "" where that is no address."""
    try:
        return urljoin(url, relative.strip())
    except ValueError:
        return ""


def _forms(document: Document, scripts: str, url: str, site: str) -> list[SeenForm]:
    base = joined(url, document.base) or url
    found: list[SeenForm] = []
    for shown in document.forms:
        for maker in MAKERS:
            if number := maker.find(shown)[:64]:
                target = joined(base, shown.attrs.get("action", "")) or url
                roads = tuple(joined(base, each) for each in _roads(maker, number, shown, target, scripts, site))
                found.append(SeenForm(maker, number, shown, target, roads))
                break
    for maker in (each for each in MAKERS if each.drawn):
        for name in document.named:
            if box := re.fullmatch(maker.drawn, name):
                roads = tuple(joined(base, each) for each in _roads(maker, box[1], None, url, scripts, site))
                found.append(SeenForm(maker, box[1][:64], None, url, roads))
    return found


def _roads(maker: Maker, number: str, shown: ShownForm | None, target: str, scripts: str, site: str) -> tuple[str, ...]:
    """The addresses that an entry may take, by the road that this form's own settings choose."""
    if maker.road == "rest":
        begins = scripts.find("var wpcf7")
        root = _CF7_ROOT.search(scripts, begins) if begins >= 0 else None
        said = _unescaped(root[1]) if root else ""
        # Its rules, which anybody may read: the same guard stands before them as before an entry.
        route = f"contact-form-7/v1/contact-forms/{number}/feedback/schema"
        return (f"{said.rstrip('/')}/{route}",) if said and number.isdigit() else ()
    if maker.road == "ajax" or (shown is not None and _by_ajax(maker, shown)):
        said = _ajax_of(maker, scripts) or (f"{site}/wp-admin/admin-ajax.php" if site else "")
        return (said,) if said else ()
    if maker.slug == "core" and number == "comment" and web_address(target):
        return (target,)
    return ()


def _by_ajax(maker: Maker, shown: ShownForm) -> bool:
    """Whether this form of a plugin that knows both ways is sent by script."""
    return {
        "wpforms": "wpforms-ajax-form" in shown.classes,
        "formidable": "frm_ajax_submit" in shown.classes,
        "gravityforms": shown.value("gform_submission_method") == "ajax",
    }.get(maker.slug, False)


def _ajax_of(maker: Maker, scripts: str) -> str:
    """The address of admin-ajax that the form's own script object names, else any that the page names."""
    objects = {
        "fluentform": "fluentFormVars",
        "forminator": "ForminatorFront",
        "ninja-forms": "nfFrontEnd",
        "wpforms": "wpforms_settings",
        "gravityforms": "gform_theme_config",
        "elementor-pro": "ElementorProFrontendConfig",
        "formidable": "frm_js",
    }
    begins = scripts.find(objects.get(maker.slug, "\0"))
    found = _AJAX.search(scripts, begins) if begins >= 0 else None
    return _unescaped(found[1]) if found else ""


def _unescaped(said: str) -> str:
    """A string of a script object as it is meant: `http:\\/\\/…`."""
    try:
        return str(json.loads(f'"{said}"'))
    except ValueError:
        return html.unescape(said.replace("\\/", "/"))
