"""A form tried in a real browser: found, filled, sent, and what the visitor read afterwards.

`run.try_form` tries one, `judge.findings_of` says what it means; `tried` has what both speak of. Nothing is
imported here, so that the browser's own process loads no more than it needs.
"""
