"""A site's forms in the console: the table, one form or all tried, an entry's way, and who may see its pictures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests

from sidecar.store import attachments, runs
from sidecar.store.database import Conflict, NotFound
from tests.servers.looked_forms import png
from tests.servers.staffed import Browser, Staffed, staffed, with_forms, with_history


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Staffed]:
    with staffed(tmp_path_factory.mktemp("forms")) as running:
        with_history(running)
        with_forms(running)
        yield running


@pytest.fixture(scope="module")
def ada(sidecar: Staffed) -> Browser:
    return sidecar.browser()


def test_the_table_says_of_each_form_what_it_took_and_how_its_test_ended(sidecar: Staffed, ada: Browser) -> None:
    page = ada.get(f"/sites/{sidecar.named['shop']}/forms").text
    assert "5 forms, as the site listed them" in page
    assert "Contact &lt;b&gt;us&lt;/b&gt;" in page and "<b>us" not in page
    for words in ("Sound", "Broken", "Is not tried", "a checkout is never completed", "Not tried yet"):
        assert words in page, words
    assert "Lost at “Notification written”." in page and "Lost at “Submit pressed”." in page
    assert f"/tickets/{sidecar.named['forms_ticket']}" in page


def test_a_site_that_was_never_asked_offers_to_ask(sidecar: Staffed, ada: Browser) -> None:
    assert "was not asked for its forms yet" in ada.get(f"/sites/{sidecar.named['quiet']}/forms").text
    never = ada.get(f"/sites/{sidecar.named['never']}/forms").text
    assert "is not paired" in never and "Find and test" not in never
    assert ada.get("/sites/site_none/forms").status_code == 404


def test_one_form_or_all_are_tried_at_a_press(sidecar: Staffed, ada: Browser) -> None:
    page, db = f"/sites/{sidecar.named['shop']}/forms", sidecar.services.db
    one = ada.post(f"{page}/try", page, form="wpforms:7").url.rpartition("/")[2]
    assert runs.run(db, one).trigger["form"] == "wpforms:7"
    assert ada.post(f"{page}/try", page, form="wpforms:7").url.endswith(one), "it joins the run that waits"
    every = ada.post(f"{page}/try", page).url.rpartition("/")[2]
    assert every != one and "form" not in runs.run(db, every).trigger
    assert ada.post(f"{page}/try", page, form="gravityforms:3").url.endswith(every), "that one tries it too"
    refused = ada.post(f"/sites/{sidecar.named['never']}/forms/try", page)
    assert refused.status_code == 409
    for run in (one, every):
        runs.end_run(db, run, "sound", None, None, datetime.now(UTC))


def test_a_run_and_a_ticket_show_the_way_the_pictures_and_both_logs(sidecar: Staffed, ada: Browser) -> None:
    run, ticket = sidecar.named["forms_run"], sidecar.named["forms_ticket"]
    pictures = attachments.of_run(sidecar.services.db, run)
    shown = ada.get(f"/runs/{run}").text
    assert all(f"/runs/{run}/pictures/{each.id}.png" in shown for each in pictures) and len(pictures) == 6
    told = ada.get(f"/tickets/{ticket}").text
    assert told.count(f"/runs/{run}/pictures/") == 4  # two pictures, each a link and an image
    for words in ("Console log", "Network log", "jQuery(...).slider is not a function", "Submit pressed: LOST HERE"):
        assert words in told, words


def test_a_picture_is_for_staff_alone_and_nothing_but_a_picture(sidecar: Staffed, ada: Browser) -> None:
    run = sidecar.named["forms_run"]
    path = f"/runs/{run}/pictures/{attachments.of_run(sidecar.services.db, run)[0].id}.png"
    answer = ada.get(path)
    assert answer.content.startswith(b"\x89PNG") and answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and "private" in answer.headers["Cache-Control"]
    assert ada.get(path.replace(run, sidecar.named["run"])).status_code == 404, "of another run"
    stranger = requests.get(sidecar.url + path, timeout=10, allow_redirects=False)
    assert stranger.status_code == 302 and "/login" in stranger.headers["Location"]


def test_pictures_are_bounded_and_go_with_their_run(sidecar: Staffed) -> None:
    db, now, run = sidecar.services.db, datetime.now(UTC), sidecar.named["run"]

    def keep(content: bytes, check: str = "forms.browser") -> str:
        return attachments.keep(db, run, "console", check, "x", content, now)

    assert keep(b"GIF89a") == "" and keep(png() + b"\0" * attachments.MOST_OCTETS) == "" and keep(b"") == ""
    kept = [keep(png(8, 8)) for _ in range(attachments.MOST_A_RUN + 3)]
    assert [bool(each) for each in kept] == [True] * attachments.MOST_A_RUN + [False] * 3
    assert attachments.forget(db, run, "console", "forms.browser") == attachments.MOST_A_RUN
    again = keep(png(8, 8))
    with pytest.raises(Conflict):
        attachments.keep(db, "run_none", "console", "forms.browser", "x", png(8, 8), now)
    assert attachments.purge_sound(db, now + timedelta(days=1)) == 0, "it found a fault: they stay"
    runs.purge_runs(db, [run])
    with pytest.raises(NotFound):
        attachments.content(db, run, again)
