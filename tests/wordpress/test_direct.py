"""Whoever asks for a file of the plugin by its address gets nothing, and makes nothing break."""

from __future__ import annotations

from tests.servers.lab import AFTERCARE, LabSite


def test_no_php_file_of_the_plugin_says_or_breaks_anything_when_it_is_asked_for_directly(site: LabSite) -> None:
    before = site.debug_log()
    files = [path.relative_to(AFTERCARE) for path in AFTERCARE.rglob("*.php")]
    said = {str(file): site.get(f"/wp-content/plugins/aftercare/{file}") for file in files}
    assert len(said) > 50
    nothing = {**dict.fromkeys(said, (200, "")), "beacon.php": (405, "")}  # a road: it takes POST alone
    assert {file: (answer.status_code, answer.text) for file, answer in said.items()} == nothing
    assert site.debug_log() == before


def test_the_folders_of_the_plugin_are_not_listed(site: LabSite) -> None:
    for folder in ("", "includes/", "admin/", "adapters/"):
        assert site.get(f"/wp-content/plugins/aftercare/{folder}").status_code in (403, 404)
