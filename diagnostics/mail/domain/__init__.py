"""One sending domain as a whole: what is looked at, in which order, and what the owner is told."""

from diagnostics.mail.domain.subject import Sender, Signature, Subject, World

__all__ = ["Sender", "Signature", "Subject", "World"]
