"""The finding codes of a form's page, by what they are about: the page, the form in it, its roads, its scripts."""
