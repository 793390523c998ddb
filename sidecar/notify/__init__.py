"""Telling people of tickets: an outbox, and one file for each kind of channel."""

from sidecar.notify.outbox import Notice, deliver_due, owe

__all__ = ["Notice", "deliver_due", "owe"]
