"""The canary's token goes with the form's own POST and with nothing else."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import TYPE_CHECKING, Any, cast

import pytest

from diagnostics.forms.browser.bidi import BidiCarrier
from diagnostics.forms.browser.carrier import EMPTY, OPEN, SEND, STEP, Carrier, origin_of
from diagnostics.forms.browser.markup import MARKUP, markup_of
from diagnostics.forms.browser.relay import Relay
from diagnostics.forms.browser.tried import (
    ConsoleError,
    Job,
    Request,
    Tried,
    job_from_json,
    job_to_json,
    tried_from_json,
    tried_to_json,
)
from diagnostics.forms.form import Field, Form

if TYPE_CHECKING:
    from playwright.async_api import Page

OWN, MARK = "https://shop.example", "0a1b2c3d"
CF7 = "contact-form-7"
FEEDBACK = f"{OWN}/wp-json/contact-form-7/v1/contact-forms/12/feedback"


def named_of(plugin: str) -> str:
    """How a POST of the plugin's form 12 is known."""
    markup = markup_of(Form(plugin, "12"))
    assert markup is not None
    return markup.named


def carrier(phase: str = SEND, **more: Any) -> Carrier:
    made = Carrier(OWN, MARK, named=named_of(CF7), token="tok", **more)
    made.press(phase)
    return made


def request(method: str, url: str, body: str = "") -> dict[str, Any]:
    return {"method": method, "url": url, "postData": body, "headers": {}}


def test_the_own_post_carries_it_once_and_a_second_is_stopped() -> None:
    one = carrier()
    assert one.decide(request("POST", FEEDBACK, "your-name=x"), "1", "Fetch") == ("carry", "tok")
    assert one.decide(request("POST", FEEDBACK, "your-name=x"), "2", "Fetch") == ("stop", "")
    assert one.posted_at is not None and one.stopped_again == 1


@pytest.mark.parametrize(
    ("method", "url", "body"),
    [
        ("GET", f"{OWN}/wp-json/contact-form-7/v1/contact-forms/12/feedback/schema", ""),
        ("POST", f"{OWN}/wp-admin/admin-ajax.php", "action=heartbeat"),
        ("POST", f"{OWN}/wp-json/contact-form-7/v1/contact-forms/123/feedback", "a=b"),
        ("POST", "https://stats.example/hit", "page=contact"),
        ("OPTIONS", FEEDBACK, ""),
    ],
)
def test_what_is_not_the_form_passes_without_it(method: str, url: str, body: str) -> None:
    assert carrier().decide(request(method, url, body), "1", "Fetch") == ("pass", "")


def test_before_a_press_nothing_is_looked_at() -> None:
    assert carrier(OPEN).decide(request("POST", FEEDBACK, MARK), "1") == ("pass", "")


def test_an_empty_press_goes_with_its_own_token_or_not_at_all() -> None:
    one = carrier(EMPTY)
    assert one.decide(request("POST", FEEDBACK), "1", "Fetch") == ("stop", "") and one.stopped_empty
    assert carrier(EMPTY, empty_token="e").decide(request("POST", FEEDBACK), "1", "Fetch") == ("carry", "e")


def test_a_step_on_the_way_spends_nothing() -> None:
    assert carrier(STEP).decide(request("POST", FEEDBACK, MARK), "1") == ("pass", "")


def test_a_form_that_leaves_for_another_host_is_stopped() -> None:
    one = carrier()
    assert one.decide(request("POST", "https://evil.example/take", f"mail={MARK}"), "1", "Document") == ("stop", "")
    assert one.elsewhere == "https://evil.example"


@pytest.mark.parametrize("url", ["http://shop.example/x", "https://shop.example:8443/x", "https://www.shop.example/x"])
def test_another_scheme_port_or_name_is_another_origin(url: str) -> None:
    one = carrier()
    assert one.decide(request("POST", url, f"_wpcf7=12&m={MARK}"), "1")[0] == "stop"
    assert one.posted_at is None


def test_a_redirect_of_its_post_to_a_stranger_is_stopped() -> None:
    one = carrier()
    assert one.decide(request("POST", FEEDBACK, MARK), "1", "Fetch")[0] == "carry"
    assert one.decide(request("POST", "https://evil.example/", MARK), "1", "Fetch") == ("stop", "")
    assert one.elsewhere == "https://evil.example"


def test_a_script_that_listens_to_what_is_typed_gets_nothing() -> None:
    one = carrier()
    assert one.decide(request("POST", "https://spy.example/", f"v={MARK}"), "9", "Ping") == ("stop", "")
    assert one.decide(request("GET", f"https://spy.example/?v={MARK}"), "9", "Image") == ("stop", "")
    assert one.kept == {"https://spy.example"} and one.elsewhere == ""


def test_a_form_that_sends_in_the_address_is_stopped() -> None:
    one = carrier()
    assert one.decide(request("GET", f"{OWN}/?message=x+{MARK}"), "1") == ("stop", "") and one.by_get


def test_a_multipart_body_in_pieces_is_read() -> None:
    pieces = {"postDataEntries": [{"bytes": "bmFtZT0iX3dwY2Y3Ig0KDQoxMg0K"}, {}]}  # name="_wpcf7" 12
    told = {"method": "POST", "url": f"{OWN}/contact/", "headers": {}, **pieces}
    assert carrier().decide(told, "1", "Document") == ("carry", "tok")


@pytest.mark.parametrize(
    ("plugin", "body"),
    [
        ("wpforms", 'name="wpforms[id]"\r\n\r\n12\r\n'),
        ("wpforms", "wpforms%5Bid%5D=12&x=y"),
        ("gravityforms", "gform_submit=12&input_1=x"),
        ("ninja-forms", "action=nf_ajax_submit&formData=%7B%22id%22%3A%2212%22%7D"),
        ("fluentform", "data=x&action=fluentform_submit&form_id=12"),
        ("formidable", "frm_action=create&form_id=12&form_key=a"),
        ("forminator", 'name="form_id"\r\n\r\n12\r\n name="action" forminator_submit_form_custom-forms'),
        ("elementor-pro", "action=elementor_pro_forms_send_form&post_id=4&form_id=12"),
        ("jetpack", "action=grunion-contact-form&contact-form-id=4"),
        ("wordpress", "comment=x&comment_post_ID=4"),
    ],
)
def test_every_plugins_own_post_is_known(plugin: str, body: str) -> None:
    made = Carrier(OWN, MARK, named=named_of(plugin))
    assert made.names_the_form("POST", f"{OWN}/contact/", body)
    assert not made.names_the_form("POST", f"{OWN}/contact/", "something=else")


@pytest.mark.parametrize("form", ["7'] , body", "", "x" * 65])
def test_an_id_that_leaves_the_selectors_quotes_is_no_id(form: str) -> None:
    assert markup_of(Form(CF7, form)) is None
    assert markup_of(Form("nobody-knows", "1")) is None and markup_of(None) is None


def test_every_markup_keeps_its_id_in_its_place() -> None:
    for plugin in MARKUP:
        assert "{" not in " ".join(map(str, vars(markup_of(Form(plugin, "12"))).values()))


def test_origins_are_compared_as_browsers_do() -> None:
    assert origin_of("https://shop.example:443/x") == origin_of("https://shop.example/") == OWN
    assert origin_of("http://[::1]:80/") == "http://::1" and origin_of("https://x:999999/") == ""


def test_a_job_and_what_came_of_it_cross_a_process_whole() -> None:
    job = Job(
        "https://shop.example/", Form(CF7, "1", "T", fields=(Field("a", "email", "A", True),)), token="t", width=390
    )
    assert job_from_json(job_to_json(job)) == job
    tried = Tried(
        "https://shop.example/", reached="sent", errors=(ConsoleError("x", "u", 1, "core", True),),
        requests=(Request("u", "POST", 200, "", "fetch", 5, True, "{}"),), picture_before=b"\x89PNG", invalid=("a",),
    )  # fmt: skip
    assert tried_from_json(tried_to_json(tried)) == tried
    assert tried.came_as_far_as("form") and not dataclasses.replace(tried, reached="page").came_as_far_as("form")


class PlayedRelay:
    """What Firefox would be told; *body* is that of each request."""

    def __init__(self, body: str) -> None:
        self.body, self.told, self.passed_on, self.read = body, [], [], 0

    async def ask(self, method: str, **given: Any) -> dict[str, Any]:
        self.read += 1
        return {"bytes": {"type": "string", "value": self.body}}

    def tell(self, method: str, **given: Any) -> int:
        self.told.append((method.removeprefix("network."), given))
        return 0

    def pass_on(self, event: dict[str, Any]) -> None:
        self.passed_on.append(event["request"]["url"])


async def told_firefox(url: str, body: str, method: str = "POST", phase: str = SEND) -> tuple[BidiCarrier, PlayedRelay]:
    relay = PlayedRelay(body)
    made = BidiCarrier(OWN, MARK, named=named_of(CF7), token="tok", relay=cast(Relay, relay))
    made.press(phase)
    await made.ride(cast("Page", None))  # it does without the page
    headers = [{"name": "Accept", "value": {"type": "string", "value": "*/*"}}]
    made._hear({"request": {"request": "7", "method": method, "url": url, "headers": headers}, "navigation": "n"})
    await asyncio.gather(*made._reading)
    return made, relay


async def test_in_firefox_a_post_is_known_by_the_body_that_was_read_though_its_address_ends_in_a_fragment() -> None:
    made, relay = await told_firefox(f"{OWN}/contact/#wpcf7-f12-p5-o1", "_wpcf7=12&your-name=x")
    [(what, given)] = relay.told
    assert (
        what == "continueRequest"
        and {"name": "Aftercare-Canary", "value": {"type": "string", "value": "tok"}} in (given["headers"])
    )
    assert made.names_the_form("POST", f"{OWN}/contact/", "")  # as Playwright asks: no body, no fragment


@pytest.mark.parametrize(
    ("url", "body", "method", "phase", "what", "read"),
    [
        (f"{OWN}/beat", "action=heartbeat", "POST", SEND, "continueRequest", 1),
        (f"{OWN}/style.css", "", "GET", SEND, "continueRequest", 0),
        ("https://stranger.example/", f"words={MARK}", "POST", SEND, "failRequest", 1),
        (FEEDBACK, "", "POST", EMPTY, "failRequest", 1),
        (FEEDBACK, "", "POST", OPEN, "continueRequest", 0),
    ],
)
async def test_in_firefox_too_nothing_else_carries_it(
    url: str, body: str, method: str, phase: str, what: str, read: int
) -> None:
    _, relay = await told_firefox(url, body, method, phase)
    [(told, given)] = relay.told
    assert (told, relay.read, relay.passed_on) == (what, read, [url])
    assert "Aftercare-Canary" not in str(given)


def test_what_was_held_back_from_an_empty_press_is_not_held_back_from_the_entry() -> None:
    one = carrier(EMPTY)
    one.stopped.add(("POST", FEEDBACK))
    one.press(SEND)
    assert one.stopped == set()
