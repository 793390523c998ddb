"""The rules of Gmail, Yahoo and Microsoft, and how a sending domain stands to each."""

from diagnostics.mail.receivers.rules import Row, RulesView, rules

__all__ = ["Row", "RulesView", "rules"]
