"""Codes for the message itself: its form, its size, its words, its links."""

from __future__ import annotations

from diagnostics.mail.codes.declare import Fault, reply_code

MINIMAL = "Send the same envelope with a plain text of one line: does it pass, the content is at fault; does it "
"not, the account."

MALFORMED = reply_code(
    "smtp.content.malformed",
    Fault.MESSAGE,
    "{subject} refuses the message because its form breaks the standard.",
    meaning="A header is missing, double or broken (RFC 5322), or a line is too long. A plugin or a filter writes "
    "it so.",
    remedy="Switch off plugins that add mail headers or signatures one by one until a test mail passes; tell the "
    "author of the one that broke it.",
    follow_up=MINIMAL,
)
DUPLICATE_ID = reply_code(
    "smtp.content.duplicate_id",
    Fault.MESSAGE,
    "{subject} has seen many mails with the same Message-ID.",
    meaning="A plugin sets one constant Message-ID for all mails.",
    remedy="Find the plugin or snippet that sets Message-ID (phpmailer_init, wp_mail headers) and remove that line.",
)
ATTACHMENT = reply_code(
    "smtp.content.attachment",
    Fault.MESSAGE,
    "{subject} refuses what is attached.",
    meaning="The attachment looks like a virus or is of a kind that the receiver never takes (programs, scripts, "
    "some archives).",
    remedy="Attach no programs or archives: put a link to the file in the mail; limit the form's upload to images "
    "and PDF.",
)
SPAM = reply_code(
    "smtp.content.spam",
    Fault.MESSAGE,
    "{subject} takes the message for spam.",
    meaning="A filter judged the words, links or form of this message.",
    remedy="Send the template without links and images; put them back one by one. Protect the form from spammers, "
    "whose words it would mail on.",
    follow_up=MINIMAL,
)
URL_LISTED = reply_code(
    "smtp.content.url_listed",
    Fault.MESSAGE,
    "A link in the message is on a blocklist.",
    meaning="The body names a domain that a list holds for spam or malware; often the site itself after a hack.",
    remedy="Find which domain it is (the reply often names it), clean the site if it is yours, then ask the list "
    "for removal.",
    follow_up=MINIMAL,
)
TOO_BIG = reply_code(
    "smtp.content.too_big",
    Fault.MESSAGE,
    "The message is larger than {subject} takes.",
    meaning="With its attachments the mail is over the receiver's limit (attachments grow by a third in transit).",
    remedy="Limit the form's upload to well below the limit in the reply (10 MB fits nearly everywhere), or mail "
    "a link.",
    follow_up="Compare the message's size with the SIZE that the server names after EHLO.",
)
UTF8 = reply_code(
    "smtp.content.utf8",
    Fault.MESSAGE,
    "An address has letters outside ASCII and {subject} does not support that.",
    meaning="Addresses with umlauts and the like need SMTPUTF8 along the whole path.",
    remedy="Use the recipient's ASCII address.",
)
DATA_REFUSED = reply_code(
    "smtp.data.refused",
    Fault.UNKNOWN,
    "{subject} refuses the message after its content; the mailer does not pass on the reason.",
    meaning="Refused at the end: spam, size, policy, quota, an unverified From, or an account that is not activated.",
    remedy="Press Diagnose on the Aftercare screen: its test mail records the server's own words. By hand: send a "
    "plain test mail with From = the log-in's address.",
    proof="The mailer's sentence alone, without the server's reply.",
    follow_up=MINIMAL,
    sure=False,
)
