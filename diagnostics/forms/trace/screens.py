"""Where in wp-admin each form plugin keeps what a remedy speaks of: the form itself, its mails, entries, spam filter.

The menu's words are those of the versions that the adapters were tried with (docs/plugin.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from diagnostics.forms.form import Form
from diagnostics.printable import printable


@dataclass(frozen=True)
class Screens:
    """Menu paths; `{title}` is the form's."""

    form: str
    mails: str
    entries: str = ""
    spam: str = ""
    off: str = ""  # where a mail is switched off and on; "" where its own screen does it


SCREENS = {
    "contact-form-7": Screens(
        "Contact → Contact Forms → {title} → Form",
        "Contact → Contact Forms → {title} → Mail",
        "Flamingo → Inbound Messages, where Flamingo is installed",
        "Contact → Integration",
        "Contact → Contact Forms → {title} → Additional Settings (the line `skip_mail: on` or `demo_mode: on` must go)",
    ),
    "wpforms": Screens(
        "WPForms → All Forms → {title} → Fields",
        "WPForms → All Forms → {title} → Settings → Notifications",
        "WPForms → Entries → {title}",
        "WPForms → All Forms → {title} → Settings → Spam Protection and Security",
    ),
    "gravityforms": Screens(
        "Forms → {title} → Edit",
        "Forms → {title} → Settings → Notifications",
        "Forms → {title} → Entries",
        "Forms → {title} → Settings → Form Settings → Honeypot, and Forms → Settings",
    ),
    "ninja-forms": Screens(
        "Ninja Forms → {title} → Form Fields",
        "Ninja Forms → {title} → Emails & Actions",
        "Ninja Forms → Submissions → {title}",
        "Ninja Forms → Settings → reCAPTCHA, and {title} → Advanced",
    ),
    "fluentform": Screens(
        "Fluent Forms → {title} → Editor",
        "Fluent Forms → {title} → Settings → Email Notifications",
        "Fluent Forms → Entries → {title}",
        "Fluent Forms → Global Settings → Security",
    ),
    "formidable": Screens(
        "Formidable → Forms → {title} → Build",
        "Formidable → Forms → {title} → Settings → Actions & Notifications",
        "Formidable → Entries → {title}",
        "Formidable → Global Settings → Captcha/Spam",
    ),
    "forminator": Screens(
        "Forminator → Forms → {title} → Fields",
        "Forminator → Forms → {title} → Email Notifications",
        "Forminator → Submissions → {title}",
        "Forminator → Forms → {title} → Behavior → Security",
    ),
    "elementor": Screens(
        "the page in Elementor → the form's widget → Form Fields",
        "the page in Elementor → the form's widget → Actions After Submit → Email",
        "Elementor → Submissions",
        "Elementor → Settings → Integrations → reCAPTCHA",
    ),
    "jetpack": Screens(
        "the page in the block editor → the Form block",
        "the page in the block editor → the Form block → Form notifications",
        "Feedback → Form Responses",
        "Jetpack → Settings → Security → Akismet",
    ),
    "woocommerce": Screens(
        "WooCommerce → Settings → Accounts & Privacy",
        "WooCommerce → Settings → Emails",
        "WooCommerce → Orders",
        "WooCommerce → Settings → Integration",
    ),
    "comments": Screens(
        "Settings → Discussion",
        "Settings → Discussion → Email me whenever",
        "Comments",
        "Settings → Discussion → Disallowed Comment Keys",
    ),
}
_ALSO = {
    "elementor-pro": "elementor",
    "core": "comments",
    "wordpress": "comments",
    "wordpress-core": "comments",
    "wpforms-lite": "wpforms",
}


def screens_of(form: Form) -> Screens:
    """The form's own screens, with its title in them."""
    title = printable(form.title, 80) or f"form {printable(form.id, 40)}"
    known = SCREENS.get(_ALSO.get(form.plugin, form.plugin))
    if known is None:
        plugin = printable(form.plugin, 40)
        return Screens(*(f"the {what} of the plugin {plugin} → {title}" for what in ("forms", "notifications")))
    return Screens(*(each.replace("{title}", title) for each in vars(known).values()))
