"""Settings: what is impossible stops the start, with a sentence that says what is allowed."""

import dataclasses
import ipaddress

import pytest

from sidecar.config import BadSetting, Settings, as_markdown, load_settings, settings_file


def test_nothing_set_means_the_defaults():
    settings = load_settings({"PATH": "/bin", "HOME": "/"})
    assert settings == Settings()
    assert settings.public_url == "http://127.0.0.1:8470" and (settings.host, settings.port) == ("127.0.0.1", 8470)


def test_what_only_the_tests_read_is_no_unknown_setting():
    of_the_tests = ("AFTERCARE_VECTORS", "AFTERCARE_REAL_PLUGINS", "AFTERCARE_CACHE")
    load_settings(dict.fromkeys(of_the_tests, "a/folder"), None)


def test_the_environment_wins_over_the_file(tmp_path):
    file = tmp_path / "aftercare.toml"
    file.write_text(
        'listen = "127.0.0.1:1111"\nevents_days = 7\nnotify = ["json://localhost/a,b", "json://localhost/c"]\n'
    )
    settings = load_settings({"AFTERCARE_LISTEN": "[::1]:2222", "AFTERCARE_RUNS_DAYS": ""}, file)
    assert (settings.listen, settings.host, settings.port) == ("[::1]:2222", "::1", 2222)
    assert settings.events_days == 7 and settings.runs_days == 365
    assert settings.notify == ("json://localhost/a,b", "json://localhost/c")


def test_lists_are_separated_by_spaces_or_commas():
    settings = load_settings(
        {
            "AFTERCARE_ALLOW_PRIVATE": "10.0.0.0/8, ::1/128",
            "AFTERCARE_NOTIFY": "json://localhost/a,b, json://localhost/c,json://localhost/d",
            "AFTERCARE_NAMESERVERS": "192.0.2.53 192.0.2.53:5353,[2001:db8::53]:5353",
        }
    )
    assert settings.allow_private == (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("::1/128"))
    assert settings.notify == ("json://localhost/a,b", "json://localhost/c", "json://localhost/d")
    assert len(settings.nameservers) == 3


def test_a_typo_names_the_nearest_setting(tmp_path):
    with pytest.raises(
        BadSetting, match=r"AFTERCARE_PUBLIC_ULR: there is no such setting\. Did you mean AFTERCARE_PUBLIC_URL\?"
    ):
        load_settings({"AFTERCARE_PUBLIC_ULR": "https://a.example"})
    file = tmp_path / "aftercare.toml"
    file.write_text("event_days = 9\n")
    with pytest.raises(BadSetting, match=r"event_days in .*aftercare\.toml: there is no .* Did you mean events_days\?"):
        load_settings({}, file)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("EVENTS_DAYS", "ninety", "'ninety' cannot be: it is not a whole number. Allowed: 1 to 3650"),
        ("EVENTS_DAYS", "0", "out of range"),
        ("THREADS", "1e3", "not a whole number"),
        ("LISTEN", "8470", "not host:port"),
        ("LISTEN", "127.0.0.1:99999", "not a port"),
        ("PUBLIC_URL", "aftercare.example", "https://"),
        ("PUBLIC_URL", "https://a.example/?x=1", "more than scheme"),
        ("PUBLIC_URL", "https://a.example:99999", "Port out of range"),
        ("ALLOW_PRIVATE", "10.0.0.1/8", "host bits set"),
        ("NAMESERVERS", "ns.example", "does not appear to be an IPv4 or IPv6 address"),
        ("NOTIFY", "carrier-pigeon://loft", r"address 1 \(carrier-pigeon://…\) is none that apprise knows"),
        ("LOG_LEVEL", "warn", r"did you mean warning\?"),
        ("CANARY_RECIPIENT", "canary", "name@domain"),
        ("ALTERNATIVE_RELAY", "https://relay.example", "smtp://"),
        ("ALTERNATIVE_RELAY", "smtp://u:p@relay.example", "holds a password"),
        ("ALTERNATIVE_RELAY", "smtp://relay.example?tls=1", "not tls="),
        ("ALTERNATIVE_RELAY", "smtps://relay.example?encryption=tls", "from the first byte"),
        ("CONTROL_TARGET", "relay.example", "host:port"),
        ("CONTROL_TARGET", "relay.example:25,0", "0 is not a port"),
        ("WORKER", "a b", "no such name"),
        ("SEALING_KEY", "c2hvcnQ=", "5 bytes"),
    ],
)
def test_an_impossible_value_is_named_with_what_is_allowed(name, value, said):
    with pytest.raises(BadSetting, match=said) as refused:
        load_settings({f"AFTERCARE_{name}": value})
    assert refused.value.setting == f"AFTERCARE_{name}" and "Allowed: " in str(refused.value)


def test_a_secret_is_in_no_error_and_no_printed_settings():
    with pytest.raises(BadSetting) as refused:
        load_settings({"AFTERCARE_SEALING_KEY": "hunter2-hunter2"})
    assert "hunter2" not in str(refused.value)
    with pytest.raises(BadSetting) as refused:
        load_settings({"AFTERCARE_NOTIFY": "pigeon://user:hunter2@loft"})
    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in repr(Settings(sealing_key="hunter2", notify=("json://hunter2@a",)))


def test_the_relay_and_the_control_target_come_taken_apart():
    settings = Settings(
        alternative_relay="smtp://user%40a@relay.example?encryption=tls&from=canary@a.example",
        control_target="mail.example:25,587",
    )
    assert settings.relay is not None and settings.control is not None
    assert (settings.relay.host, settings.relay.port, settings.relay.encryption) == ("relay.example", 587, "tls")
    assert (settings.relay.username, settings.relay.mail_from) == ("user@a", "canary@a.example")
    assert (settings.control.host, settings.control.ports) == ("mail.example", (25, 587))
    implicit = Settings(alternative_relay="smtps://relay.example").relay
    assert implicit is not None and (implicit.port, implicit.encryption) == (465, "ssl")
    assert Settings().relay is None and Settings().control is None


def test_a_data_dir_that_is_a_file_and_a_file_that_is_no_toml_are_said(tmp_path):
    file = tmp_path / "x.toml"
    file.write_text("data_dir = ")
    with pytest.raises(BadSetting, match="not TOML"):
        load_settings({}, file)
    with pytest.raises(BadSetting, match="file of that name"):
        load_settings({"AFTERCARE_DATA_DIR": str(file)})
    missing = settings_file({"AFTERCARE_SETTINGS": str(tmp_path / "none.toml")})
    with pytest.raises(BadSetting, match="cannot be read: No such file"):
        load_settings({}, missing)
    assert settings_file({}) is None


def test_every_setting_is_on_its_page():
    page = as_markdown()
    for field in dataclasses.fields(Settings):
        assert f"## `AFTERCARE_{field.name.upper()}`" in page and field.metadata["about"] in page
