"""Plugin conflicts: which other plugin breaks a form (guide: Verify plugin conflicts)."""
