"""A visitor: reads a page, fills the form that is on it, presses the button; logs in where asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import requests

REQUEST_TIMEOUT_S = 330.0  # longer than PHPMailer waits for a silent relay


@dataclass
class Form:
    """A form as it stands on a page: where it goes, and its fields' values."""

    action: str = ""
    method: str = "get"
    attributes: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside = False
        self._textarea = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = True
            method = attributes.get("method", "get").lower()
            self.forms.append(Form(attributes.get("action", ""), method, attributes))
        if not self._inside:
            return
        name = attributes.get("name", "")
        fields = self.forms[-1].fields
        if tag == "input" and name:
            unchecked = attributes.get("type") in ("checkbox", "radio") and "checked" not in attributes
            if attributes.get("type") not in ("submit", "button", "file") and not unchecked:
                fields[name] = attributes.get("value", "")
        elif tag == "textarea":
            self._textarea = name
            fields[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and (self._select not in fields or "selected" in attributes):
            fields[self._select] = attributes.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "textarea":
            self._textarea = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.forms[-1].fields[self._textarea] += data


def forms_of(html: str) -> list[Form]:
    """All forms of a page, in order."""
    parser = _Forms()
    parser.feed(html)
    return parser.forms


class Visitor:
    """One person's browser without JavaScript: cookies, pages, forms."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64) Visitor"

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.session.get(urljoin(self.base, path), timeout=REQUEST_TIMEOUT_S, **options)

    def post(self, path: str, data: Mapping[str, Any] | None = None, **options: Any) -> requests.Response:
        return self.session.post(urljoin(self.base, path), data=data, timeout=REQUEST_TIMEOUT_S, **options)

    def log_in(self, user: str, password: str) -> Visitor:
        """As a WordPress user, by wp-login.php."""
        self.get("/wp-login.php")  # sets the test cookie
        answer = self.post("/wp-login.php", {"log": user, "pwd": password, "wp-submit": "Log In", "testcookie": "1"})
        if not any(name.startswith("wordpress_logged_in") for name in self.session.cookies.get_dict()):
            raise AssertionError(f"{user} could not log in: HTTP {answer.status_code}")
        return self

    def form(self, path: str, marker: str) -> Form:
        """The form on the page at *path* whose class, id, action or field names contain *marker*."""
        page = self.get(path)
        for form in forms_of(page.text):
            if any(marker in text for text in (*form.attributes.values(), *form.fields)):
                form.action = urljoin(page.url, form.action or page.url).partition("#")[0]
                return form
        raise AssertionError(f"no form with {marker!r} on {page.url} (HTTP {page.status_code})")

    def submit(self, form: Form, **values: str) -> requests.Response:
        """Press the form's button, as a browser without JavaScript does."""
        return self.post(form.action, {**form.fields, **{_dashed(k): v for k, v in values.items()}})

    def submit_by_rest(self, form: Form, rest_root: str, **values: str) -> requests.Response:
        """Press it as Contact Form 7's script does: multipart, to the REST route of its form."""
        fields = {**form.fields, **{_dashed(k): v for k, v in values.items()}}
        route = f"{rest_root}contact-form-7/v1/contact-forms/{fields['_wpcf7']}/feedback"
        return self.post(route, files={name: (None, value) for name, value in fields.items()})


def _dashed(name: str) -> str:
    """your_name -> your-name: Python's names to Contact Form 7's."""
    return name.replace("_", "-") if not name.startswith("_") else name
