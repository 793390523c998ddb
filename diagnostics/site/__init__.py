"""Checks of the site itself."""
