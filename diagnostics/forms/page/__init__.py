"""A form's page, read as it comes to a visitor: no browser, no entry."""

from diagnostics.forms.page.fetch import FetchedPage
from diagnostics.forms.page.judge import read_page
from diagnostics.forms.page.roads import fetch_page

__all__ = ["FetchedPage", "fetch_page", "read_page"]
