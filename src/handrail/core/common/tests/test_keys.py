"""The ring: what it seals, whom it names, where it lies."""

import json
import stat
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from jwcrypto import jwa, jwk

from handrail.core.common import keys
from handrail.core.common.refusals import Refused

DAY = date(2026, 3, 10)


def test_unseal_opens_what_seal_closed() -> None:
    ring = keys.make(demo=False)
    assert ring.unseal(ring.seal('{"card":"JG7MCT"}')) == '{"card":"JG7MCT"}'


def test_seal_never_writes_the_same_twice_and_shows_nothing() -> None:
    ring = keys.make(demo=False)
    first, second = ring.seal("JG7MCT"), ring.seal("JG7MCT")
    assert first != second
    assert "JG7MCT" not in first


def test_unseal_needs_the_reviewer_key() -> None:
    sealed = keys.make(demo=False).seal("JG7MCT")
    with pytest.raises(Refused, match="not-openable"):
        keys.make(demo=False).unseal(sealed)


@pytest.mark.scenario("trust:25")
def test_pseudonym_of_a_card_differs_at_two_sites() -> None:
    ring = keys.make(demo=False)
    assert ring.pseudonym("card", "site-a", "JG7MCT") != ring.pseudonym("card", "site-b", "JG7MCT")


def test_pseudonym_is_the_same_each_time_and_another_under_another_pepper() -> None:
    ring = keys.make(demo=False)
    told = ring.pseudonym("card", "site-a", "JG7MCT")
    assert ring.pseudonym("card", "site-a", "JG7MCT") == told
    assert replace(ring, pepper=b"\x00" * 32).pseudonym("card", "site-a", "JG7MCT") != told


def test_pseudonym_keeps_its_parts_apart() -> None:
    ring = keys.make(demo=False)
    assert ring.pseudonym("ab", "c") != ring.pseudonym("a", "bc")


def test_commit_differs_by_journal_salt_and_text() -> None:
    ring = keys.make(demo=False)
    told = {
        ring.commit("anonymous", b"s", "text"), ring.commit("confidential", b"s", "text"),
        ring.commit("anonymous", b"t", "text"), ring.commit("anonymous", b"s", "texts"),
    }  # fmt: skip
    assert len(told) == 4 and all(len(one) == 32 for one in told)


def test_read_gives_back_what_write_wrote(tmp_path: Path) -> None:
    ring = keys.make(demo=True)
    keys.write(ring, tmp_path / "house" / "ring.json")
    assert keys.read(tmp_path / "house" / "ring.json") == ring


def test_write_lets_only_its_owner_read(tmp_path: Path) -> None:
    keys.write(keys.make(demo=False), tmp_path / "house" / "ring.json")
    assert stat.S_IMODE((tmp_path / "house" / "ring.json").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "house").stat().st_mode) == 0o700


def test_write_never_goes_over_another_ring(tmp_path: Path) -> None:
    kept = keys.make(demo=False)
    keys.write(kept, tmp_path / "ring.json")
    with pytest.raises(FileExistsError):
        keys.write(keys.make(demo=False), tmp_path / "ring.json")
    assert keys.read(tmp_path / "ring.json") == kept


def test_install_puts_one_ring_in_place_of_the_other() -> None:
    before, other = keys.ring(), keys.make(demo=False)
    try:
        keys.install(other)
        assert keys.ring() is other
    finally:
        keys.install(before)


def test_open_act_opens_what_was_sealed_to_a_live_site_key() -> None:
    before = keys.make(demo=False)
    sealed = before.seal_act('{"card":"JG7MCT"}')
    rotated = replace(before, site=(keys.new_pair(), *before.site))
    assert rotated.open_act(sealed) == '{"card":"JG7MCT"}'
    assert "JG7MCT" not in sealed


@pytest.mark.parametrize("sealed", ["", "a", "a.b.c.d.e", "e30.e30.e30.e30.e30", "\x00.", "ü.ü.ü.ü.ü"])
def test_open_act_refuses_what_no_key_here_opens(sealed: str) -> None:
    with pytest.raises(Refused) as refusal:
        keys.make(demo=False).open_act(sealed)
    assert refusal.value.code == "not-openable"


def test_open_act_refuses_what_was_sealed_to_another_ring_or_changed() -> None:
    ring = keys.make(demo=False)
    sealed = ring.seal_act("told")
    for told in (
        keys.make(demo=False).seal_act("told"),
        sealed[:-3] + ("AAA" if not sealed.endswith("AAA") else "BBB"),
    ):
        with pytest.raises(Refused):
            ring.open_act(told)


def test_sign_answer_verifies_with_the_public_key_it_names() -> None:
    ring = keys.make(demo=False)
    kid, signature = ring.sign_answer(b"told")
    public = next(jwk.JWK(**one) for one in ring.answer_keys() if one["kid"] == kid)
    assert len(signature) == 64 and not public.has_private
    jwa.JWA.signing_alg("ES256").verify(public, b"told", signature)
    with pytest.raises(InvalidSignature):
        jwa.JWA.signing_alg("ES256").verify(public, b"tolD", signature)


def test_public_keys_hold_nothing_private() -> None:
    ring = keys.make(demo=False)
    assert all("d" not in one for one in [*ring.site_keys(), *ring.answer_keys()])


def test_decrypt_opens_a_field_in_its_place_only() -> None:
    ring = keys.make(demo=False)
    told = ring.encrypt("worker", about="org_shift|worker|1")
    assert ring.decrypt(told, about="org_shift|worker|1") == "worker"
    for wrong, about in (
        (told, "org_shift|worker|2"),
        (told[:-1] + b"\x00", "org_shift|worker|1"),
        (b"", "org_shift|worker|1"),
    ):
        with pytest.raises(Refused):
            ring.decrypt(wrong, about=about)


def test_unseal_opens_what_an_older_reviewer_key_without_a_name_closed() -> None:
    nameless = jwk.JWK.generate(kty="EC", crv="P-256").export()
    old = replace(keys.make(demo=False), reviewer=(nameless,))
    sealed = old.seal("JG7MCT")
    assert old.turn("reviewer", today=DAY).unseal(sealed) == "JG7MCT"


@pytest.mark.parametrize("name", ["site", "reviewer"])
def test_turn_seals_to_the_new_key_and_opens_what_the_one_before_sealed(name) -> None:
    first = keys.make(demo=False)
    second = first.turn(name, today=DAY)
    third = second.turn(name, today=DAY)
    close, open_ = ("seal_act", "open_act") if name == "site" else ("seal", "unseal")
    sealed = [getattr(ring, close)("an act") for ring in (first, second, third)]
    assert [getattr(second, open_)(one) for one in sealed[:2]] == ["an act"] * 2
    assert [getattr(third, open_)(one) for one in sealed[1:]] == ["an act"] * 2
    with pytest.raises(Refused, match="not-openable"):
        getattr(third, open_)(sealed[0])


def test_turn_announces_an_answer_key_before_it_signs() -> None:
    first = keys.make(demo=False)
    second = first.turn("answer", today=DAY)
    third = second.turn("answer", today=DAY)
    signs = [ring.sign_answer(b"told")[0] for ring in (first, second, third)]
    assert signs[0] == signs[1] and signs[2] == second.answer_keys()[1]["kid"]
    assert second.answer_keys()[0]["kid"] == signs[1]


def test_why_not_turn_waits_until_nobody_holds_what_would_be_lost() -> None:
    ring = keys.make(demo=False)
    assert ring.why_not_turn("site", today=DAY) is None
    turned = ring.turn("site", today=DAY)
    told = turned.why_not_turn("site", today=DAY + timedelta(days=29))
    assert told is not None and (told.code, told.facts) == ("turned-lately", {"days": 1})
    assert turned.why_not_turn("site", today=DAY + timedelta(days=30)) is None
    assert turned.why_not_turn("answer", today=DAY) is None


def older(path: Path) -> dict[str, object]:
    """Write a ring as the first version made it: no cabinet, site or answer key, one reviewer key."""
    keys.write(keys.make(demo=False), path)
    told: dict[str, object] = json.loads(path.read_text())
    for name in ("cabinet", "site", "answer", "turned"):
        del told[name]
    told["reviewer"] = json.loads(path.read_text())["reviewer"][0]
    path.write_text(json.dumps(told))
    return told


def test_read_gives_an_older_ring_what_it_lacks_once_and_changes_nothing_else(tmp_path: Path) -> None:
    before = older(tmp_path / "ring.json")
    ring = keys.read(tmp_path / "ring.json")
    after = json.loads((tmp_path / "ring.json").read_text())
    assert {name: after[name] for name in before} == before
    assert len(ring.cabinet) == 32 and len(ring.site) == len(ring.answer) == len(ring.reviewer) == 1
    assert keys.read(tmp_path / "ring.json") == ring
    assert stat.S_IMODE((tmp_path / "ring.json").stat().st_mode) == 0o600


def test_change_brings_an_older_ring_up_to_date_first(tmp_path: Path) -> None:
    older(tmp_path / "ring.json")
    ring = keys.change(tmp_path / "ring.json", lambda ring: ring.turn("site", today=DAY))
    assert keys.read(tmp_path / "ring.json") == ring and len(ring.site) == 2


@pytest.mark.parametrize("text", ["", "{", "[]", '{"demo": false}', '{"pepper": 1}'])
def test_read_refuses_a_ring_that_is_none(tmp_path: Path, text) -> None:
    (tmp_path / "ring.json").write_text(text)
    with pytest.raises(Refused, match="keys-broken"):
        keys.read(tmp_path / "ring.json")
