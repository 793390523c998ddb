"""Who is let in: passwords, links, sessions, limits, forms; on the real server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from sidecar import accounts
from sidecar.store import users
from sidecar.store.database import NotFound
from tests.servers.staffed import PASSWORD, Browser, Staffed, colleague, staffed


@pytest.fixture
def sidecar(tmp_path: Path) -> Iterator[Staffed]:
    with staffed(tmp_path) as running:
        yield running


def test_every_page_sends_a_stranger_to_the_log_in_and_back_to_where_he_wanted(sidecar: Staffed) -> None:
    stranger = Browser(sidecar.url)
    for page in ("/", "/tickets", "/sites/new", "/runs/run_1", "/account", "/settings", "/codes"):
        answer = stranger.get(page, allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/login"), page
    answer = stranger.post("/login", "/login", email=sidecar.user.email, password=PASSWORD, next="/tickets?state=all")
    assert answer.url == f"{sidecar.url}/tickets?state=all"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_after_the_log_in_nobody_is_sent_to_another_site(sidecar: Staffed, elsewhere: str) -> None:
    browser = Browser(sidecar.url)
    answer = browser.post("/login", "/login", email=sidecar.user.email, password=PASSWORD, next=elsewhere)
    assert answer.url == f"{sidecar.url}/"


def test_an_unknown_address_and_a_wrong_password_get_the_same_answer_in_the_same_time(sidecar: Staffed) -> None:
    def try_it(email: str) -> tuple[str, float]:
        browser = Browser(sidecar.url)
        began = time.perf_counter()
        answer = browser.post("/login", "/login", email=email, password="something else entirely")
        assert answer.status_code == 401
        return answer.text.replace(email, "…"), time.perf_counter() - began

    known = [try_it(sidecar.user.email) for _ in range(4)]
    unknown = [try_it(f"nobody{n}@example.com".ljust(len(sidecar.user.email))) for n in range(4)]
    strip = [
        text.split("csrf_token")[0] + text.split('id="problem"')[1].split("<form")[0] for text, _ in known + unknown
    ]
    assert len(set(strip)) == 1
    times = [min(seconds for _, seconds in tries) for tries in (known, unknown)]
    assert max(times) < 4 * min(times) + 0.05


def test_too_many_attempts_are_refused_in_words_even_with_the_right_password(sidecar: Staffed) -> None:
    browser = Browser(sidecar.url)
    for _ in range(accounts.LIMITS["pair"]):
        assert browser.log_in(sidecar.user.email, "wrong but long enough").status_code == 401
    answer = browser.log_in(sidecar.user.email, PASSWORD)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["Retry-After"]) <= 900
    assert "Wait 15 min" in answer.text


def test_another_account_is_not_locked_by_a_strangers_attempts(sidecar: Staffed) -> None:
    colleague(sidecar.services, "bob@example.com", "Bob")
    for _ in range(accounts.LIMITS["pair"]):
        Browser(sidecar.url).log_in(sidecar.user.email, "wrong but long enough")
    assert Browser(sidecar.url).log_in("bob@example.com", PASSWORD).url == f"{sidecar.url}/"


def test_attempts_are_kept_without_the_address_that_was_tried(sidecar: Staffed) -> None:
    Browser(sidecar.url).log_in("secret@example.com", "wrong but long enough")
    kept = sidecar.services.db.rows(str, "SELECT key FROM login_attempts")
    assert kept
    assert not any("secret" in key or "127.0.0.1" in key for key in kept)


def test_logging_out_kills_a_stolen_cookie(sidecar: Staffed) -> None:
    browser = sidecar.browser()
    thief = requests.Session()
    thief.cookies.update(browser.session.cookies.get_dict())
    assert thief.get(f"{sidecar.url}/account", timeout=10).status_code == 200
    browser.post("/logout")
    assert thief.get(f"{sidecar.url}/account", timeout=10, allow_redirects=False).status_code == 302


def test_the_cookie_is_for_our_pages_only_and_the_answers_carry_their_headers(sidecar: Staffed) -> None:
    answer = Browser(sidecar.url).post("/login", "/login", email=sidecar.user.email, password=PASSWORD)
    cookie = answer.history[0].headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_behind_tls_the_cookie_is_secure_and_bound_to_the_host(tmp_path: Path) -> None:
    with staffed(tmp_path, public_url="https://aftercare.example", trusted_proxies=1) as sidecar:
        behind = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.9", "X-Forwarded-Host": "aftercare.example"}
        answer = requests.get(f"{sidecar.url}/login", headers=behind, timeout=10)
        assert answer.headers["Set-Cookie"].startswith("__Host-aftercare=")
        assert "Secure" in answer.headers["Set-Cookie"]
        assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_a_forwarded_address_is_believed_only_from_as_many_proxies_as_are_set(sidecar: Staffed) -> None:
    for n in range(accounts.LIMITS["pair"]):
        browser = Browser(sidecar.url)
        browser.session.headers["X-Forwarded-For"] = f"192.0.2.{n}"  # none is set: it must not make each one new
        browser.log_in(sidecar.user.email, "wrong but long enough")
    assert Browser(sidecar.url).log_in(sidecar.user.email, PASSWORD).status_code == 429


def test_a_form_without_its_token_changes_nothing(sidecar: Staffed) -> None:
    browser = sidecar.browser()
    answer = browser.session.post(
        f"{sidecar.url}/sites/new", data={"name": "x", "url": "https://x.example"}, timeout=10
    )
    assert answer.status_code == 400
    assert "reload" in answer.text
    assert sidecar.services.db.value("SELECT COUNT(*) FROM sites") == 0


def test_the_first_link_makes_the_first_account_once(tmp_path: Path) -> None:
    with staffed(tmp_path) as sidecar:
        db = sidecar.services.db
        db.execute("DELETE FROM users")
        link = accounts.new_link(db, None, "first", datetime.now(UTC))
        browser, path = Browser(sidecar.url), f"/welcome/{link}"
        typed = {"name": "Eve", "email": "eve@example.com", "password": PASSWORD, "again": PASSWORD}
        assert browser.post(path, path, **{**typed, "password": "short", "again": "short"}).status_code == 400
        assert browser.post(path, path, **{**typed, "again": "another one altogether"}).status_code == 400
        assert browser.post(path, path, **typed).url == f"{sidecar.url}/"
        assert Browser(sidecar.url).get(path).status_code == 404
        assert [each.email for each in users.users(db)] == ["eve@example.com"]


def test_once_somebody_is_in_a_first_link_is_worth_nothing(sidecar: Staffed) -> None:
    db = sidecar.services.db
    link = accounts.new_link(db, None, "first", datetime.now(UTC))
    with pytest.raises(NotFound):
        accounts.open_link(db, link, datetime.now(UTC))
    assert Browser(sidecar.url).get(f"/welcome/{link}").status_code == 404


def test_links_end_with_their_time_and_with_a_newer_one(sidecar: Staffed) -> None:
    db, now = sidecar.services.db, datetime.now(UTC)
    old = accounts.new_link(db, sidecar.user, "reset", now)
    new = accounts.new_link(db, sidecar.user, "reset", now)
    with pytest.raises(NotFound):
        accounts.open_link(db, old, now)
    assert accounts.open_link(db, new, now + timedelta(minutes=59)).user_id == sidecar.user.id
    with pytest.raises(NotFound):
        accounts.open_link(db, new, now + timedelta(minutes=61))


def test_a_new_password_ends_the_sessions_that_the_old_one_opened(sidecar: Staffed) -> None:
    here, elsewhere = sidecar.browser(), sidecar.browser()
    assert here.post("/account/password", old="not this one at all", new="another pass phrase").status_code == 400
    answer = here.post("/account/password", old=PASSWORD, new="another pass phrase")
    assert "Other browsers were logged out" in answer.text
    assert here.get("/account", allow_redirects=False).status_code == 200
    assert elsewhere.get("/account", allow_redirects=False).status_code == 302
    assert Browser(sidecar.url).log_in(sidecar.user.email, PASSWORD).status_code == 401


def test_staff_invite_a_colleague_who_sets_the_password_by_the_link(sidecar: Staffed) -> None:
    page = sidecar.browser().post("/staff", "/staff", name="Bob", email="bob@example.com")
    assert page.status_code == 201
    path = page.text.split('id="link">')[1].split("</code>")[0].removeprefix(sidecar.services.settings.public_url)
    invited = Browser(sidecar.url)
    assert "Welcome, Bob" in invited.get(path).text
    assert invited.post(path, path, password=PASSWORD, again=PASSWORD).url == f"{sidecar.url}/"
    assert sidecar.browser("bob@example.com").get("/account").status_code == 200


def test_whoever_is_shut_out_is_out_at_once(sidecar: Staffed) -> None:
    bob = colleague(sidecar.services, "bob@example.com", "Bob")
    browser = sidecar.browser("bob@example.com")
    _, secret = accounts.add_token(sidecar.services.db, bob, "a script", datetime.now(UTC))
    sidecar.browser().post(f"/staff/{bob.id}/shut-out", "/staff")
    assert browser.get("/account", allow_redirects=False).status_code == 302
    bearer = {"Authorization": f"Bearer {secret}"}
    assert requests.get(f"{sidecar.url}/api/v1/staff/sites", headers=bearer, timeout=10).status_code == 401
    assert Browser(sidecar.url).log_in("bob@example.com", PASSWORD).status_code == 401


def test_the_last_account_cannot_be_shut_out(sidecar: Staffed) -> None:
    answer = sidecar.browser().post(f"/staff/{sidecar.user.id}/shut-out", "/staff")
    assert answer.status_code == 400
    assert "last account" in answer.text


def test_neither_password_nor_token_nor_link_lies_readable_in_the_store(sidecar: Staffed, tmp_path: Path) -> None:
    token, link = sidecar.token(), accounts.new_link(sidecar.services.db, sidecar.user, "reset", datetime.now(UTC))
    browser = sidecar.browser()
    assert browser.session.cookies
    kept = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    for secret in (PASSWORD, token, token.removeprefix(accounts.TOKEN_PREFIX), link):
        assert secret.encode() not in kept
