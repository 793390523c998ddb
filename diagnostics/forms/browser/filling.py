"""What a careful tester would type into a field: by its type, its autocomplete, its label's words, its limits.

HTML Standard §4.10 (types, constraints, autofill's field names). Every value is ours, says that it is a test, and
carries the try's own mark, so that no two entries are alike and each can be found again.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta


@dataclass(frozen=True)
class Control:
    """One control of a form as the page shows it (look.js: describe)."""

    index: int
    tag: str
    type: str
    name: str = ""
    id: str = ""
    label: str = ""
    placeholder: str = ""
    autocomplete: str = ""
    required: bool = False
    native: bool = False
    pattern: str = ""
    min: str = ""
    max: str = ""
    step: str = ""
    minlength: int = 0
    maxlength: int = 0
    accept: str = ""
    inputmode: str = ""
    multiple: bool = False
    readonly: bool = False
    disabled: bool = False
    visible: bool = True
    seen: bool = True
    trap: bool = False
    value: str = ""
    checked: bool = False
    classes: str = ""
    options: tuple[tuple[str, str, bool], ...] = ()  # value, text, disabled

    @property
    def words(self) -> str:
        """All that is said of it, in lower case."""
        return " ".join((self.label, self.name, self.id, self.placeholder, self.autocomplete, self.classes)).lower()


@dataclass(frozen=True)
class Deed:
    """What to do with a control: type, set (no typing possible), choose, tick, attach, or leave."""

    what: str
    value: str = ""
    others: tuple[str, ...] = ()  # to try where the page refuses the value


@dataclass(frozen=True)
class Typist:
    """Who fills the form. *mark*: eight hexadecimal digits of this try alone."""

    mark: str
    today: date
    email: str = ""
    language: str = "en"

    @property
    def address(self) -> str:
        """example.org is nobody's (RFC 2606) and takes no mail; example.com too, but form plugins refuse that one."""
        return self.email or f"aftercare-test-{self.mark}@example.org"

    @property
    def message(self) -> str:
        words = MESSAGES.get(self.language[:2].lower(), MESSAGES["en"])
        return f"{words} ({self.mark})"


MESSAGES = {
    "en": "This is an automatic test of this form by the site's support. Nothing has to be done.",
    "de": "Dies ist ein automatischer Test dieses Formulars durch die Betreuung der Website. Nichts ist zu tun.",
    "fr": "Ceci est un test automatique de ce formulaire par l'assistance du site. Il n'y a rien à faire.",
    "es": "Esta es una prueba automática de este formulario del soporte del sitio. No hay que hacer nada.",
    "it": "Questo è un test automatico di questo modulo da parte dell'assistenza del sito. Non occorre fare nulla.",
    "nl": "Dit is een automatische test van dit formulier door de beheerder van de site. Er hoeft niets te gebeuren.",
    "pt": "Este é um teste automático deste formulário pelo suporte do site. Não é preciso fazer nada.",
    "pl": "To jest automatyczny test tego formularza przez opiekę nad stroną. Nie trzeba nic robić.",
    "ar": "هذا اختبار تلقائي لهذا النموذج من فريق دعم الموقع. لا حاجة إلى أي إجراء.",
}
_PHONE, _URL = "+1 202 555 0143", "https://example.org/"  # 555-01xx is kept for fiction (NANPA)
_BY_AUTOCOMPLETE = {
    "name": "Aftercare Test", "given-name": "Aftercare", "family-name": "Test", "additional-name": "A",
    "honorific-prefix": "Mx", "nickname": "aftercare", "username": "aftercare-test", "organization": "Aftercare Test",
    "organization-title": "Tester", "street-address": "1 Test Street", "address-line1": "1 Test Street",
    "address-line2": "Floor 2", "address-level1": "California", "address-level2": "Los Angeles", "country": "US",
    "country-name": "United States", "postal-code": "90001", "tel": _PHONE, "tel-national": "2025550143",
    "url": _URL, "bday": "1990-05-04", "bday-year": "1990", "bday-month": "5", "bday-day": "4", "sex": "-",
}  # fmt: skip
# What a label's words ask for; the first that fits. Languages: en de fr es it nl pt pl, and Arabic.
_BY_WORDS: tuple[tuple[str, str], ...] = (
    (r"e-?mail|courriel|correo|بريد|メール|почт", "email"),
    (r"phone|\btel\b|telefon|téléphone|teléfono|mobil|handy|whatsapp|هاتف|جوال|الجوال|電話|\bfax\b", "phone"),
    (r"web ?site|\burl\b|homepage|sitio web|strona www|الموقع الإلكتروني", "url"),
    (r"post(?:al)? ?code|\bzip\b|\bplz\b|postleitzahl|code postal|código postal|\bcap\b|الرمز البريدي", "90001"),
    (r"birth|geburt|naissance|nacimiento|nascita|تاريخ الميلاد", "birthday"),
    (r"\bdate\b|datum|datepicker|\bfecha\b|\bdata\b|تاريخ", "date"),
    (r"\btime\b|uhrzeit|\bheure\b|\bhora\b|timepicker", "14:30"),
    (r"how many|quantity|anzahl|menge|guests|persons|personen|people|\bage\b|\balter\b|nombre de|cantidad|عدد", "2"),
    (r"budget|amount|price|betrag|\bpreis|montant|importe", "100"),
    (r"first ?name|given|vorname|prénom|nombre de pila|\bimię\b|voornaam|الاسم الأول", "Aftercare"),
    (r"last ?name|surname|family|nachname|nom de famille|apellido|cognome|achternaam|nazwisko|اسم العائلة", "Test"),
    (r"company|organi[sz]ation|firma|unternehmen|entreprise|société|empresa|azienda|bedrijf|شركة", "Aftercare Test"),
    (r"street|address|straße|strasse|adresse|dirección|indirizzo|adres|endereço|العنوان", "1 Test Street"),
    (r"\bcity\b|town|\bort\b|stadt|ville|ciudad|città|cidade|\bstad\b|miasto|مدينة", "Los Angeles"),
    (r"\bcountry\b|\bland\b|\bpays\b|país|paese|kraj|دولة|البلد", "United States"),
    (r"subject|betreff|objet|asunto|oggetto|onderwerp|assunto|temat|الموضوع", "subject"),
    (
        r"message|nachricht|comment|enquiry|inquiry|mensaje|messaggio|bericht|mensagem|wiadomość|رسالة|الرسالة",
        "message",
    ),
    (r"name|\bnom\b|nombre|nome|naam|imię|الاسم|اسم|お名前", "Aftercare Test"),
)
_SUM = re.compile(r"(\d{1,3})\s*([+\-−–x×*])\s*(\d{1,3})")
_CONSENT = re.compile(
    r"consent|agree|accept|privacy|terms|gdpr|dsgvo|rgpd|datenschutz|einverstand|j'accepte|acepto|acconsento|akkoord|"
    r"zgod|acceptance|أوافق|الخصوصية|not a robot|captcha",
    re.IGNORECASE,
)
_EMPTY_CHOICE = re.compile(
    r"^[\s—–-]*(?:$|(?:please )?(?:select|choose|pick)\b|bitte|choisi|selecc|selezion|kies|اختر)", re.I
)
_NEVER = frozenset({"submit", "button", "image", "reset", "hidden"})
_LIKELY = ("1234567890", "2025550143", "+12025550143", "202-555-0143", "(202) 555-0143", "Test", "TEST", "test",
           "ABC123", "AB-1234", "A1", "1", "12", "123", "1234", "2030-01-15", "15/01/2030", "01/15/2030", "15.01.2030",
           "12345", "14:30", "https://example.org/", "90001", "AB12 3CD", "AB123456", "Test1234!")  # fmt: skip
FILE_NAME, FILE_TEXT = "aftercare-test", b"A test file of the site's support. Nothing has to be done.\n"


def deed_for(control: Control, typist: Typist, chosen: set[str]) -> Deed:
    """What to do with *control*. *chosen*: names of radio groups and of ticked groups that are done."""
    kind = control.type
    if control.disabled or control.trap or not control.visible or kind in _NEVER:
        return Deed("leave")
    if kind == "radio":
        return Deed("leave") if control.name in chosen or control.checked else Deed("tick")
    if kind == "checkbox":
        wanted = control.required or bool(_CONSENT.search(control.words) and not re.search("newsletter", control.words))
        return Deed("tick") if wanted and not control.checked and control.name not in chosen else Deed("leave")
    if control.tag == "select":
        return _choice(control)
    if kind == "file":
        return Deed("attach", file_name(control.accept))
    value = value_for(control, typist)
    if kind in ("range", "color") or control.readonly:
        return Deed("set", value)
    return Deed("type", value, _alternatives(control))


def value_for(control: Control, typist: Typist) -> str:
    """A value that fits the field's type, words and limits."""
    day = _day_within(control, typist.today + timedelta(days=14))
    match control.type:
        case "email":
            return _within(control, typist.address)
        case "tel":
            return _within(control, _PHONE)
        case "url":
            return _URL
        case "number" | "range":
            return _number(control)
        case "date":
            return day.isoformat()
        case "datetime-local":
            return f"{day.isoformat()}T14:30"
        case "month":
            return day.strftime("%Y-%m")
        case "week":
            return f"{day.isocalendar().year}-W{day.isocalendar().week:02}"
        case "time":
            return "14:30"
        case "color":
            return "#336699"
        case "password":
            return f"Test-{typist.mark}-1"
    if total := _SUM.search(control.words):
        return str(_sum(int(total[1]), total[2], int(total[3])))
    named = _BY_AUTOCOMPLETE.get(control.autocomplete.split(" ")[-1].lower(), "")
    if named or control.autocomplete == "email":
        return _within(control, named or typist.address)
    return _within(control, _by_words(control, typist, day))


def _by_words(control: Control, typist: Typist, day: date) -> str:
    asks = next((asks for words, asks in _BY_WORDS if re.search(words, control.words)), "")
    if control.tag == "textarea":
        return typist.message  # whatever its label: it has room
    if control.inputmode in ("numeric", "decimal") and not asks:
        return "2"
    return {
        "email": typist.address,
        "phone": _PHONE,
        "url": _URL,
        "birthday": _as_shown(control, date(1990, 5, 4)),
        "date": _as_shown(control, day),
        "subject": f"Aftercare test {typist.mark}",
        "message": typist.message,
        "": f"Test {typist.mark}",
    }.get(asks, asks)


def _alternatives(control: Control) -> tuple[str, ...]:
    # What the placeholder shows is often an example that fits.
    shown = (control.placeholder,) if control.placeholder else ()
    return tuple(_within(control, each) for each in (*shown, *_LIKELY) if _fits(control.pattern, each))


def _fits(pattern: str, value: str) -> bool:
    if not pattern:
        return True
    try:
        # The whole value has to match (HTML Standard §4.10.5.3.6). JavaScript's patterns are nearly Python's.
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return True  # the page itself will say


def _within(control: Control, value: str) -> str:
    if control.maxlength:
        value = value[: control.maxlength]
    return value + "x" * max(0, control.minlength - len(value))


def _choice(control: Control) -> Deed:
    sound = [
        value for value, text, disabled in control.options if value and not disabled and not _EMPTY_CHOICE.search(text)
    ]
    if not sound or (control.value in sound and not control.required and control.value != control.options[0][0]):
        return Deed("leave")
    return Deed("choose", sound[0], tuple(sound[1:4]))


def _number(control: Control) -> str:
    low, high, step = _float(control.min), _float(control.max), _float(control.step) or 1.0
    value = 2.0 if low is None else max(2.0, low)
    base = low or 0.0
    value = base + math.ceil((value - base) / step - 1e-9) * step
    if high is not None and value > high:
        value = low if low is not None else high
    return str(int(value)) if float(value).is_integer() else f"{value:g}"


def _day_within(control: Control, day: date) -> date:
    for limit, better in ((control.min, max), (control.max, min)):
        try:
            day = better(day, datetime.fromisoformat(limit[:10]).date())
        except ValueError:
            continue  # no limit, or one that is no day
    return day


def _as_shown(control: Control, day: date) -> str:
    """*day* in the order that the field's own example or words show."""
    shown = f"{control.placeholder} {control.label} {control.classes}".lower()
    for pattern, layout in (
        (r"d{1,2}\.m{1,2}\.(?:y|j)", "%d.%m.%Y"), (r"d{1,2}/m{1,2}/y|j{2}/m{2}/a", "%d/%m/%Y"),
        (r"d{1,2}-m{1,2}-y", "%d-%m-%Y"), (r"m{1,2}/d{1,2}/y|mdy", "%m/%d/%Y"), (r"dmy", "%d/%m/%Y"),
        (r"tt\.mm", "%d.%m.%Y"),
    ):  # fmt: skip
        if re.search(pattern, shown):
            return day.strftime(layout)
    return day.isoformat()


def _float(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _sum(one: int, sign: str, other: int) -> int:
    if sign == "+":
        return one + other
    return one * other if sign in "x×*" else one - other


def file_name(accept: str) -> str:
    """A small file's name that *accept* (HTML Standard §4.10.5.1.18) lets through."""
    wanted = accept.lower()
    for ending, says in ((".txt", "text/"), (".pdf", "application/pdf"), (".jpg", "image/jpeg"), (".png", "image/")):
        if not wanted or ending in wanted or says in wanted or "*/*" in wanted:
            return FILE_NAME + ending
    ending = wanted.split(",")[0].strip()
    return FILE_NAME + (ending if re.fullmatch(r"\.[a-z0-9]{1,8}", ending) else ".txt")


# The smallest PNG and PDF that readers take.
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def file_content(name: str) -> tuple[str, bytes]:
    """The media type and the octets of a small file called *name*."""
    if name.endswith(".png"):
        return "image/png", _PNG
    if name.endswith(".pdf"):
        return "application/pdf", _PDF
    if name.endswith((".jpg", ".jpeg")):
        return "image/jpeg", _JPEG
    return "text/plain", FILE_TEXT


_JPEG = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb004300" + "08" * 64 + "ffc0000b080001000101011100ffc40014000100000000"
    "000000000000000000000009ffc40014100100000000000000000000000000000000ffda0008010100003f0054df"
    "ffd9"
)
