"""What the compose file promises by its first line: one sidecar behind one proxy, and nothing else lets anybody in."""

from pathlib import Path

import yaml

DOCKER = Path(__file__).resolve().parents[2] / "docker"


def test_the_container_is_reached_from_this_machine_only_and_trusts_the_one_proxy_before_it():
    sidecar = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]["sidecar"]
    assert sidecar["ports"] == ["127.0.0.1:8470:8470"]
    assert sidecar["environment"]["AFTERCARE_TRUSTED_PROXIES"] == "${AFTERCARE_TRUSTED_PROXIES:-1}"


def test_the_container_has_no_rights_that_it_does_not_need():
    sidecar = yaml.safe_load((DOCKER / "compose.yaml").read_text())["services"]["sidecar"]
    assert sidecar["read_only"] and sidecar["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in sidecar["security_opt"]
    assert "USER 8470" in (DOCKER / "Dockerfile").read_text()
