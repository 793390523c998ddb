"""The address that hands mail to receivers: its reverse name, the name that it says, and the lists that hold it."""

from diagnostics.mail.address.look import AddressView, look_at_address

__all__ = ["AddressView", "look_at_address"]
