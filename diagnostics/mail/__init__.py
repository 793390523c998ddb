"""Everything that is checked about mail."""
