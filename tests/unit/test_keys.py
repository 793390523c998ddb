"""The keys of docs/protocol.md, by the vectors that the PHP side reads too; and what lies sealed at rest."""

import base64
import json
import stat
import threading
from pathlib import Path

import pytest
from nacl.public import PublicKey, SealedBox

from sidecar import keys
from sidecar.config import Settings
from sidecar.keys import BadKey, BadSeal, PairingKey, SealingKey

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "protocol.json").read_text())


def test_hkdf_gives_what_rfc_5869_prints():
    ikm, salt, info = b"\x0b" * 22, bytes(range(13)), bytes(range(0xF0, 0xFA))
    okm = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"  # RFC 5869 A.1, first block
    assert keys.hkdf(ikm, salt, info).hex() == okm


@pytest.mark.parametrize("vector", VECTORS["derive"], ids=lambda v: f"{v['door']} {v['direction']}")
def test_each_door_has_the_key_of_the_vectors(vector):
    secret = base64.b64decode(VECTORS["secret"])
    assert base64.b64encode(keys.derive(secret, vector["door"], vector["direction"])).decode() == vector["key"]


def test_no_two_doors_or_directions_share_a_key():
    assert len({vector["key"] for vector in VECTORS["derive"]}) == 2 * len(keys.DOORS)


@pytest.mark.parametrize("vector", VECTORS["sign"], ids=lambda v: v["name"])
def test_a_signature_is_that_of_the_vectors(vector):
    key = keys.derive(base64.b64decode(VECTORS["secret"]), vector["door"], vector["direction"])
    body = vector["body"].encode()
    assert keys.sign(key, vector["id"], vector["timestamp"], body) == vector["signature"]
    assert keys.verify(key, vector["id"], vector["timestamp"], body, vector["signature"])


@pytest.mark.parametrize("key", [None, b"", b"short"])
def test_an_empty_key_never_compares(key):
    assert not keys.verify(key, "id", "1", b"", "")
    assert not keys.verify(key, "id", "1", b"", "v1,47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    with pytest.raises(ValueError, match="no key"):
        keys.sign(key or b"", "id", "1", b"")


def test_an_empty_secret_derives_nothing():
    with pytest.raises(ValueError, match="32 bytes"):
        keys.derive(b"", "events", keys.TO_SIDECAR)


def test_one_of_several_signatures_may_be_right_and_a_changed_part_is_not():
    key = bytes(32)
    right = keys.sign(key, "id", "1", b"body")
    assert keys.verify(key, "id", "1", b"body", f"v1,AAAA {right}")
    assert not keys.verify(key, "id", "1", b"bodY", right)
    assert not keys.verify(key, "id", "2", b"body", right)
    assert not keys.verify(key, "other", "1", b"body", right)
    assert not keys.verify(key, "id", "1", b"body", right.upper())
    assert not keys.verify(key, "id", "1", b"body", "v1,é")


def test_what_was_sealed_opens_with_the_same_key_only(tmp_path):
    settings = Settings(data_dir=tmp_path)
    sealed = SealingKey.load(settings).seal(b"secret")
    assert "secret" not in sealed
    assert SealingKey.load(settings).open(sealed) == b"secret"
    with pytest.raises(BadSeal):
        SealingKey(bytes(32)).open(sealed)
    with pytest.raises(BadSeal):
        SealingKey.load(settings).open(sealed[:-4])
    with pytest.raises(BadSeal):
        SealingKey.load(settings).open("")


def test_the_sealing_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    settings = Settings(data_dir=tmp_path / "new")
    loaded = []
    threads = [threading.Thread(target=lambda: loaded.append(SealingKey.load(settings))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loaded[0].open(loaded[7].seal(b"x")) == b"x"
    file = tmp_path / "new" / "sealing.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["sealing.key"]


def test_the_environment_may_hold_the_sealing_key(tmp_path):
    key = base64.b64encode(bytes(range(32))).decode()
    sealed = SealingKey(bytes(range(32))).seal(b"x")
    assert SealingKey.load(Settings(data_dir=tmp_path, sealing_key=key)).open(sealed) == b"x"
    assert not (tmp_path / "sealing.key").exists()


def test_a_sealing_key_that_others_can_read_is_refused(tmp_path):
    SealingKey.load(Settings(data_dir=tmp_path))
    (tmp_path / "sealing.key").chmod(0o644)
    with pytest.raises(BadKey, match="chmod 600"):
        SealingKey.load(Settings(data_dir=tmp_path))


def test_a_lost_sealing_key_is_not_replaced_behind_the_operators_back(tmp_path):
    settings = Settings(data_dir=tmp_path)
    PairingKey.load(settings, SealingKey.load(settings))
    (tmp_path / "sealing.key").unlink()
    with pytest.raises(BadKey, match="Put the file back"):
        SealingKey.load(settings)
    with pytest.raises(BadKey, match="another sealing key"):
        PairingKey.load(settings, SealingKey(bytes(32)))


def test_what_a_plugin_seals_to_the_pairing_key_opens_here(tmp_path):
    settings = Settings(data_dir=tmp_path)
    pairing = PairingKey.load(settings, SealingKey.load(settings))
    again = PairingKey.load(settings, SealingKey.load(settings))
    assert again.public == pairing.public and len(pairing.fingerprint) == 16
    box = SealedBox(PublicKey(base64.b64decode(pairing.public)))
    assert again.open_sealed(base64.b64encode(box.encrypt(b'{"nonce": "n"}')).decode()) == {"nonce": "n"}
    for other in (b"[]", b"not json"):
        with pytest.raises(BadSeal):
            again.open_sealed(base64.b64encode(box.encrypt(other)).decode())
    for noise in ("", "AAAA", "é", "!" * 100):
        with pytest.raises(BadSeal):
            again.open_sealed(noise)
