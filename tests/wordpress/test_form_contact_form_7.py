"""Contact Form 7: its forms are listed and take test entries; on its stand-in, and on the plugin where it is here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import requests

from tests.servers.visitor import Visitor
from tests.wordpress.canary_contract import CanaryContract
from tests.wordpress.form_contract import TYPED, Posting

_FORM = "[text* your-name] [email* your-email] [text your-subject] [textarea your-message]"
_MAIL = (
    "array( 'active' => true, 'subject' => '[your-subject]',"
    " 'sender' => 'Bakery <{office}>', 'recipient' => '{office}',"
    " 'body' => '[your-message]', 'additional_headers' => 'Reply-To: [your-email]', 'attachments' => '',"
    " 'use_html' => false, 'exclude_blank' => false )"
)


class TestContactForm7(CanaryContract):
    slug = "contact-form-7"
    stand_in = "contact-form-stand-in"
    setup = (
        "$form = WPCF7_ContactForm::get_template( array( 'title' => 'Contact Form Demo' ) );"
        f"$form->set_properties( array( 'form' => '{_FORM}', 'mail' => {_MAIL} ) ); echo $form->save();"
    )
    stand_in_setup = (
        "$id = wp_insert_post( array( 'post_type' => 'wpcf7_contact_form', 'post_status' => 'publish', 'post_title' =>"
        f" 'Contact Form Demo' ) ); update_post_meta( $id, '_form', '{_FORM}' );"
        f" update_post_meta( $id, '_mail', {_MAIL} ); echo $id;"
    )
    required = ("your-name", "your-name")
    lost_on = "wpcf7_before_send_mail"
    keeps = None
    shown = '[contact-form-7 title="Contact Form Demo" id="{form}"]'
    fields: ClassVar = {
        "your-name": ("text", True),
        "your-email": ("email", True),
        "your-subject": ("text", False),
        "your-message": ("textarea", False),
    }
    after = "wpcf7_mail_sent"
    spam = "add_filter( 'wpcf7_spam', '__return_true', 20 );"

    @staticmethod
    def post(posting: Posting, visitor: Visitor, form: str, changes: Mapping[str, str | None]) -> requests.Response:
        name, email, subject, message = TYPED
        fields: dict[str, str | None] = {"your-name": name, "your-email": email, "your-subject": subject}
        fields |= {"your-message": message, "_wpcf7": form, "_wpcf7_unit_tag": f"wpcf7-f{form}-o1", **changes}
        route = f"/wp-json/contact-form-7/v1/contact-forms/{form}/feedback"
        return visitor.post(route, files={k: (None, v) for k, v in fields.items() if v is not None})
