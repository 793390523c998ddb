"""The keeper of log-ins: bound to run, site, host and port, handed out once, gone after its time."""

import base64
import json
import secrets
import time
from datetime import UTC, datetime, timedelta

import pytest
from nacl.public import PrivateKey, SealedBox

from diagnostics.check import LoginWithheld
from sidecar.keys import PairingKey
from sidecar.runs.logins import Logins

HERE = ("run_1", "site_1", "relay.shop.test", 587)
PASSWORD = "correct-horse-7"


@pytest.fixture
def private():
    return PrivateKey.generate()


@pytest.fixture
def keeper(private):
    return keeper_of(private)


def keeper_of(private, **how):
    return Logins(PairingKey(private).open_sealed, lambda: datetime.now(UTC), **how)


def seal(private, **other):
    """As the plugin seals it; None takes a part away."""
    given = {
        "username": "site@shop.test",
        "password": PASSWORD,
        "host": "relay.shop.test",
        "port": 587,
        "stored": False,
        "site": "site_1",
        "expires_at": (datetime.now(UTC) + timedelta(minutes=5)).isoformat(),
        **other,
    }
    text = json.dumps({name: value for name, value in given.items() if value is not None})
    return base64.b64encode(SealedBox(private.public_key).encrypt(text.encode())).decode()


def refusal(keeper, *asked):
    with pytest.raises(LoginWithheld) as withheld:
        keeper.hand_out(*(asked or HERE))
    assert PASSWORD not in str(withheld.value)
    return str(withheld.value)


def test_it_is_handed_out_for_its_run_and_only_once(private, keeper):
    keeper.keep("run_1", "site_1", seal(private))
    login = keeper.hand_out(*HERE)
    assert (login.username, login.password, login.stored) == ("site@shop.test", PASSWORD, False)
    assert PASSWORD not in repr(login)
    assert "tried already" in refusal(keeper)


def test_another_run_gets_nothing(private, keeper):
    keeper.keep("run_1", "site_1", seal(private))
    assert "interrupted" in refusal(keeper, "run_2", *HERE[1:])


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"site": "site_2"}, "another site"),
        ({"host": "relay.evil.test"}, "given for relay.evil.test:587"),
        ({"port": 25}, "given for relay.shop.test:25"),
        ({"expires_at": "2026-01-01T00:00:00+00:00"}, "five minutes"),
        ({"expires_at": "2099-01-01T00:00:00"}, "missing"),  # of which clock?
        ({"expires_at": "soon"}, "missing"),
        ({"expires_at": None}, "missing"),
        ({"username": ""}, "missing"),
        ({"password": None}, "missing"),
        ({"password": ["x"]}, "missing"),
        ({"host": 7}, "missing"),
    ],
    ids=str,
)
def test_what_is_not_as_it_was_bound_is_never_handed_out(private, keeper, other, why):
    keeper.keep("run_1", "site_1", seal(private, **other))
    assert why in refusal(keeper)
    assert "tried already" in refusal(keeper), "a wrong question drops it, too"


def test_the_settings_may_name_another_host_by_now(private, keeper):
    keeper.keep("run_1", "site_1", seal(private))
    assert "the settings in force name relay.new.test:587" in refusal(keeper, "run_1", "site_1", "relay.new.test", 587)


def test_a_site_cannot_bring_what_another_one_sealed(private, keeper):
    keeper.keep("run_1", "site_2", seal(private))
    assert "another site" in refusal(keeper, "run_1", "site_2", *HERE[2:])


def test_a_host_is_the_same_in_capitals_and_with_its_last_dot(private, keeper):
    keeper.keep("run_1", "site_1", seal(private, host="Relay.Shop.test."))
    assert keeper.hand_out(*HERE).password == PASSWORD


def test_what_was_sealed_to_another_key_or_to_none_is_said(private, keeper):
    for number, sealed in enumerate((seal(PrivateKey.generate()), "", base64.b64encode(b"hello").decode())):
        keeper.keep(f"run_{number}", "site_1", sealed or secrets.token_hex(4))
        assert "not sealed to this sidecar's key" in refusal(keeper, f"run_{number}", *HERE[1:])


def test_it_is_dropped_when_its_time_is_over_though_nobody_asks(private):
    keeper = keeper_of(private, life_s=0.05)
    keeper.keep("run_1", "site_1", seal(private))
    end = time.monotonic() + 5
    while keeper.holds("run_1"):
        assert time.monotonic() < end, "it is still there"
        time.sleep(0.01)
    assert "five minutes" in refusal(keeper)


def test_it_is_dropped_when_its_run_ends(private, keeper):
    keeper.keep("run_1", "site_1", seal(private))
    keeper.drop("run_1")
    assert not keeper.holds("run_1")
    refusal(keeper)


def test_a_message_that_is_sent_again_brings_nothing(private, keeper):
    sealed = seal(private)
    keeper.keep("run_1", "site_1", sealed)
    keeper.hand_out(*HERE)
    keeper.drop("run_1")
    keeper.keep("run_2", "site_1", sealed)
    assert not keeper.holds("run_2")
    assert "an earlier run" in refusal(keeper, "run_2", *HERE[1:])


def test_after_a_restart_it_is_gone_and_that_is_said(private):
    keeper_of(private).keep("run_1", "site_1", seal(private))
    assert "interrupted" in refusal(keeper_of(private))
