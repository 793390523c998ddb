"""How each form plugin's form shows in a page, what it needs there, and which road its entries take.

Read off the pages of the plugins themselves, of the versions beside their names; the lives of nonces from their source.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from diagnostics.forms.page.document import ShownForm

DAY_S = 86400


@dataclass(frozen=True)
class Nonce:
    """A word in the page that the plugin accepts for a while only."""

    field: str  # a hidden field's name, an attribute of the form (`@data-token`), or `/regex/` over the scripts
    life_s: int  # it is accepted in the tick that it was made in and *ticks* - 1 later ones
    ticks: int = 2  # WordPress's own: wp_verify_nonce
    renewed: str = ""  # what a script of the page says when it fetches a fresh one itself
    only: str = ""  # what the page must say for it to be asked at all


@dataclass(frozen=True)
class Maker:
    """One form plugin."""

    slug: str
    title: str
    screen: str  # where its forms are in wp-admin
    road: str  # rest, ajax, page: where its own script sends an entry
    find: Callable[[ShownForm], str]  # the id of the form that this markup is; "" where it is none of this plugin
    shortcodes: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()  # parts of the address of its own script; one of them is enough
    handles: tuple[str, ...] = ()  # the script's ids in the page, where an optimiser put it into the page itself
    lame: bool = True  # without its script no entry comes through (else the page is only loaded anew)
    unseen: bool = False  # without its script the form is not even seen
    hidden: tuple[str, ...] = ()  # hidden fields without which an entry is refused or lost; {id} is the form's
    gone: tuple[str, ...] = ()  # what it prints in the place of a form that is not there, in English
    gone_class: str = ""
    jquery: bool = False  # its script needs jQuery
    once: bool = False  # two of the same form on one page get in each other's way
    nonce: Nonce | None = None
    sometimes: str = ""  # why a page that names the form may rightly come without it
    drawn: str = ""  # the id of the box that its script draws the form into


def _by(pattern: str, attribute: str = "id") -> Callable[[ShownForm], str]:
    wanted = re.compile(pattern)

    def find(form: ShownForm) -> str:
        found = wanted.fullmatch(form.attrs.get(attribute, ""))
        return found[1] if found else ""

    return find


def _contact_form_7(form: ShownForm) -> str:
    if "wpcf7-form" not in form.classes:
        return ""
    unit = re.search(r"wpcf7-f(\d+)-", form.attrs.get("action", ""))
    return form.value("_wpcf7") or (unit[1] if unit else "?")


def _classed(name: str, *values: str, attribute: str = "") -> Callable[[ShownForm], str]:
    def find(form: ShownForm) -> str:
        if name not in form.classes:
            return ""
        said = [form.attrs.get(attribute, "") if attribute else "", *(form.value(each) or "" for each in values)]
        return next((each for each in said if each), "?")

    return find


def _elementor(form: ShownForm) -> str:
    if "elementor-form" not in form.classes:
        return ""
    return f"{form.value('post_id') or '?'}-{form.value('form_id') or '?'}"


def _core(form: ShownForm) -> str:
    action = form.attrs.get("action", "")
    if form.id == "commentform" or action.endswith("/wp-comments-post.php"):
        return "comment"
    return {"lostpasswordform": "lostpassword", "registerform": "register"}.get(form.id, "")


def _jetpack(form: ShownForm) -> str:
    number = form.value("contact-form-id")
    return number or "?" if number is not None or "wp-block-jetpack-contact-form" in form.classes else ""


_SHOP = {
    "woocommerce-checkout": "checkout",
    "woocommerce-form-register": "register",
    "lost_reset_password": "lostpassword",
}


def _shop(form: ShownForm) -> str:
    return next((name for word, name in _SHOP.items() if word in form.classes), "")


MAKERS: tuple[Maker, ...] = (
    Maker(
        "contact-form-7",
        "Contact Form 7",
        "Contact → Contact Forms",
        "rest",
        _contact_form_7,  # 6.1.6
        shortcodes=("contact-form-7", "contact-form"),
        scripts=("/contact-form-7/includes/js/index.js", "/contact-form-7/includes/js/scripts.js"),
        handles=("contact-form-7-js",),
        lame=False,
        hidden=("_wpcf7", "_wpcf7_unit_tag"),
        gone=('[contact-form-7 404 "Not Found"]', "Error: Contact form not found."),
        gone_class="wpcf7-contact-form-not-found",
    ),
    Maker(
        "wpforms",
        "WPForms",
        "WPForms → All Forms",
        "page",
        _by(r"wpforms-form-(\d+)"),  # 2.0.0.2
        shortcodes=("wpforms",),
        jquery=True,
        scripts=("/assets/js/frontend/wpforms", "/assets/js/wpforms"),
        handles=("wpforms-js",),
        lame=False,
        hidden=("wpforms[id]",),
        once=True,
        # Two days in old versions, five years at least from 1.9.1 on, which say when it was made (data-token-time).
        nonce=Nonce(
            "@data-token", 3 * DAY_S, ticks=3, renewed="data-token-time", only=r"/wpforms[^\"']{0,200}ver=1\.[56]\."
        ),
    ),
    Maker(
        "gravityforms",
        "Gravity Forms",
        "Forms → Forms",
        "page",
        _by(r"gform_(\d+)"),  # 2.10.2
        shortcodes=("gravityform", "gravityforms"),
        jquery=True,
        scripts=("/gravityforms/js/gravityforms", "/gravityforms/assets/js/dist/"),
        handles=("gform_gravityforms-js",),
        hidden=("is_submit_{id}", "gform_submit", "state_{id}"),
        gone=("Oops! We could not locate your form.",),
        gone_class="gform_not_found",
        once=True,
        nonce=Nonce(
            r'/"ajax_submission_nonce"\s*:\s*"([0-9a-f]{10})"/', 3 * DAY_S, only=r'value=["\']ajax["\']'
        ),  # class-gf-ajax-handler.php: nonce_life
    ),
    Maker(
        "fluentform",
        "Fluent Forms",
        "Fluent Forms → Forms",
        "ajax",
        _classed("frm-fluent-form", attribute="data-form_id"),  # 6.2.2
        shortcodes=("fluentform", "fluentform_modal", "fluentform_conversational"),
        jquery=True,
        scripts=("/fluentform/assets/js/form-submission",),
        handles=("fluent-form-submission-js",),
    ),
    Maker(
        "formidable",
        "Formidable Forms",
        "Formidable → Forms",
        "page",
        _classed("frm-show-form", "form_id"),  # 6.34
        shortcodes=("formidable",),
        jquery=True,
        scripts=("/formidable/js/", "/formidable-pro/js/", "/formidable/pro/js/"),
        handles=("formidable-js",),
        hidden=("form_id", "frm_action"),
        gone=("Please select a valid form",),
        once=True,
        nonce=Nonce("@data-token", 3 * DAY_S, ticks=3),  # FrmAntiSpam::get_valid_tokens: by the day, two days back
    ),
    Maker(
        "forminator",
        "Forminator",
        "Forminator → Forms",
        "ajax",
        _classed("forminator-custom-form", attribute="data-form-id"),  # 1.50.3
        shortcodes=("forminator_form",),
        jquery=True,
        scripts=("/forminator/build/front/front", "/forminator/assets/js/front/front"),
        handles=("forminator-front-scripts-js",),
        unseen=True,
        hidden=("form_id", "forminator_nonce", "action"),
        nonce=Nonce("forminator_nonce", DAY_S, renewed="forminator_get_nonce"),
    ),
    Maker(
        "ninja-forms",
        "Ninja Forms",
        "Ninja Forms → Dashboard",
        "ajax",
        lambda form: "",  # 3.14.3: a box, and a script that draws into it
        shortcodes=("ninja_form", "ninja_forms", "ninja_forms_display_form"),
        jquery=True,
        scripts=("/ninja-forms/assets/js/min/front-end.js",),
        handles=("nf-front-end-js",),
        unseen=True,
        once=True,
        drawn=r"nf-form-(\d+)-cont",
        gone=("No Fields Found.",),
    ),
    Maker(
        "elementor-pro",
        "Elementor Pro",
        "Pages → the page → Edit with Elementor",
        "ajax",
        _elementor,
        jquery=True,
        scripts=("/elementor-pro/assets/js/", "/pro-elements/assets/js/"),
        handles=("elementor-pro-frontend-js",),
        hidden=("post_id", "form_id"),
    ),
    Maker(
        "jetpack",
        "Jetpack Forms",
        "Pages → the page → Edit",
        "page",
        _jetpack,
        shortcodes=("contact-field",),
        hidden=("contact-form-id", "action"),
        lame=False,
    ),
    Maker("core", "WordPress", "Settings → Discussion", "page", _core),
    Maker(
        "woocommerce",
        "WooCommerce",
        "WooCommerce → Settings",
        "ajax",
        _shop,
        sometimes="WooCommerce shows it only to who has something in the cart, or draws it by a script",
    ),
)

BY_SLUG = {each.slug: each for each in MAKERS}
