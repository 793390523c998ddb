"""A real message as the ground of a diagnosis: what signs it, who hands it over, and whether it is built right.

A site never sees what its relay adds; the message as it was received shows it.
"""

from diagnostics.mail.message import codes, signature_codes
from diagnostics.mail.message.look import read_message
from diagnostics.mail.message.raw import MOST_OCTETS
from diagnostics.mail.message.view import MessageView

CODES = (*codes.CODES, *signature_codes.CODES)

__all__ = ["CODES", "MOST_OCTETS", "MessageView", "read_message"]
