"""How each form plugin marks its forms: the form's element, its messages, its buttons, and what its POST is named by.

Taken from the markup that each plugin prints (versions: research of each adapter's header). Jetpack gives a
page's forms no stable id in the markup, so every form of its own fits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from diagnostics.forms.form import Form


@dataclass(frozen=True)
class Markup:
    """CSS selectors. In them `{id}` is the form's id, `{element}` its last part.

    *named* is a pattern over the POST's address and body.
    """

    form: str
    message: str = ""  # where it writes to the visitor
    thanks: str = ""  # those of them that thank
    wrong: str = ""  # those that refuse or report a fault
    next: str = ""  # the button to the next step
    named: str = ""
    leads_back: bool = False  # its thanks are a redirect to a page that need not say a word


MARKUP: dict[str, Markup] = {
    "contact-form-7": Markup(
        form="[id^='wpcf7-f{id}-'] form.wpcf7-form, form.wpcf7-form:has(input[name='_wpcf7'][value='{id}'])",
        message=".wpcf7-response-output",
        thanks="form.wpcf7-form.sent .wpcf7-response-output, form[data-status='sent'] .wpcf7-response-output",
        wrong="form.invalid .wpcf7-response-output, form.failed .wpcf7-response-output, "
        "form.aborted .wpcf7-response-output, form.spam .wpcf7-response-output",
        named=r"contact-forms/{id}/feedback|name=\"_wpcf7\"\s+{id}\b|(?:^|[&\s])_wpcf7={id}(?:&|$)",
    ),
    "wpforms": Markup(
        form="form#wpforms-form-{id}",
        message=".wpforms-confirmation-container, .wpforms-confirmation-container-full, .wpforms-error-container",
        thanks=".wpforms-confirmation-container, .wpforms-confirmation-container-full",
        wrong=".wpforms-error-container, .wpforms-error-container-full",
        next=".wpforms-page-next",
        named=r"name=\"wpforms\[id\]\"\s+{id}\b|wpforms(?:\[|%5B)id(?:\]|%5D)={id}(?:&|$)",
    ),
    "gravityforms": Markup(
        form="form#gform_{id}",
        message=".gform_confirmation_message, .gform_confirmation_wrapper, .gform_validation_errors, .validation_error",
        thanks=".gform_confirmation_message, .gform_confirmation_wrapper",
        wrong=".gform_validation_errors, .validation_error, .gform_submission_error",
        next=".gform_next_button",
        named=r"name=\"gform_submit\"\s+{id}\b|(?:^|[&\s])gform_submit={id}(?:&|$)|name=\"is_submit_{id}\"",
    ),
    "ninja-forms": Markup(
        form="#nf-form-{id}-cont",
        message=".nf-response-msg, .nf-error-msg, .nf-form-errors",
        thanks=".nf-response-msg",
        wrong=".nf-form-errors .nf-error-msg",
        next="input.nf-next, .nf-next",
        named=r"nf_ajax_submit[\s\S]*(?:\"id\":\"?|%22id%22%3A(?:%22)?){id}\b",
    ),
    "fluentform": Markup(
        form="form[data-form_id='{id}']",
        message=".ff-message-success, .ff-errors-in-stack, .ff_submit_error",
        thanks=".ff-message-success",
        wrong=".ff-errors-in-stack",
        next=".ff-btn-next",
        named=r"(?=[\s\S]*fluentform_submit|[\s\S]*_fluentform_{id}_)[\s\S]*(?:(?:^|[&\s])form_id={id}(?:&|$)|name=\"form_id\"\s+{id}\b)",
    ),
    "formidable": Markup(
        form="form:has(input[name='form_id'][value='{id}'])",
        message=".frm_message, .frm_error_style",
        thanks=".frm_message",
        wrong=".frm_error_style",
        next=".frm_next_page, button.frm_button_submit[data-page]",
        named=r"(?=[\s\S]*frm_action)[\s\S]*(?:(?:^|[&\s])form_id={id}(?:&|$)|name=\"form_id\"\s+{id}\b)",
    ),
    "forminator": Markup(
        form="form#forminator-module-{id}",
        message=".forminator-response-message",
        thanks=".forminator-response-message.forminator-success",
        wrong=".forminator-response-message.forminator-error",
        next=".forminator-button-next",
        named=r"(?=[\s\S]*forminator_submit_form)[\s\S]*(?:(?:^|[&\s])form_id={id}(?:&|$)|name=\"form_id\"\s+{id}\b)",
    ),
    "elementor": Markup(
        form="form.elementor-form:has(input[name='form_id'][value='{element}'])",
        message=".elementor-message",
        thanks=".elementor-message-success",
        wrong=".elementor-message-danger",
        next=".e-form__buttons__wrapper__button-next",
        named=r"(?=[\s\S]*elementor_pro_forms_send_form)[\s\S]*"
        r"(?:(?:^|[&\s])form_id={element}(?:&|$)|name=\"form_id\"\s+{element}\b)",
    ),
    "jetpack": Markup(
        form="form.contact-form, form.wp-block-jetpack-contact-form",
        message=".contact-form-submission, .contact-form__error, .form-errors",
        thanks=".contact-form-submission",
        wrong=".form-errors, .contact-form__error",
        named=r"grunion-contact-form|contact-form-id",
    ),
    "comments": Markup(
        form="#commentform, form#ast-commentform",
        message=".comment-awaiting-moderation",
        thanks=".comment-awaiting-moderation",
        named=r"comment_post_ID",
        leads_back=True,  # wp-comments-post.php: to the comment, or an error page with a status of its own
    ),
}
_ALSO = {"elementor-pro": "elementor", "core": "comments", "wordpress": "comments", "wpforms-lite": "wpforms"}
# What says "thanks" or "this was refused" on whatever page, where the plugin is not known.
ANY_MESSAGE = "[role=alert], [role=status], [aria-live=polite], [aria-live=assertive]"


def markup_of(form: Form | None) -> Markup | None:
    """The plugin's marks with the form's id in them; None for a plugin that is not known, or no form."""
    if form is None:
        return None
    found = MARKUP.get(_ALSO.get(form.plugin, form.plugin))
    # An id that could leave the selector's quotes is none that a plugin gave.
    if found is None or not re.fullmatch(r"[\w.-]{1,64}", form.id):
        return None
    element = form.id.rpartition("-")[2]  # Elementor's adapter names a form by its document and its widget
    words: dict[str, Any] = {
        name: value.replace("{id}", form.id).replace("{element}", element)
        for name, value in vars(found).items()
        if isinstance(value, str)
    }
    return replace(found, **words)


def all_messages(part: str) -> str:
    """Every plugin's selectors of *part* (message, thanks, wrong, next) in one list: of a form that nobody named."""
    return ", ".join(value for each in MARKUP.values() if (value := getattr(each, part)))
