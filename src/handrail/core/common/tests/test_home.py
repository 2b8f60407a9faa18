"""Where data and keys lie, and that a demo stays one."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from handrail.core.common import home, keys
from handrail.core.common.refusals import Refused


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of data and another of keys; the ring of the process is put back after."""
    before = keys.ring()
    monkeypatch.setenv("HANDRAIL_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HANDRAIL_KEYS", str(tmp_path / "keys"))
    yield tmp_path
    keys.install(before)


def test_open_home_makes_a_real_installation_in_an_empty_folder(empty: Path) -> None:
    assert home.is_new()
    told = home.open_home()
    assert not told.demo and not home.is_new()
    assert told.database == empty / "data" / "db.sqlite3" and told.run.is_dir()


def test_open_home_installs_the_ring_of_this_installation(empty: Path) -> None:
    told = home.open_home()
    assert keys.ring() == keys.read(told.keys / "ring.json")


def test_open_home_again_is_the_same_installation(empty: Path) -> None:
    assert home.open_home() == home.open_home()


def test_begin_marks_a_demo_for_life(empty: Path) -> None:
    home.begin(demo=True)
    home.begin(demo=False)
    told = home.open_home()
    assert told.demo and keys.ring().demo


def test_begin_never_makes_a_demo_of_a_real_folder(empty: Path) -> None:
    home.begin(demo=False)
    home.begin(demo=True)
    assert not home.open_home().demo


def test_begin_keeps_keys_out_of_the_data_folder(empty: Path) -> None:
    home.begin(demo=False)
    told = home.open_home()
    data = b"".join(file.read_bytes() for file in (empty / "data").rglob("*") if file.is_file())
    ring = json.loads((told.keys / "ring.json").read_text())
    assert not told.keys.is_relative_to(empty / "data")
    assert not any(
        str(ring[name]).encode() in data
        for name in ("django", "pepper", "anonymous", "confidential", "cabinet", "reviewer")
    )


def test_open_home_refuses_data_whose_keys_are_not_there(empty: Path) -> None:
    kept = home.open_home().keys / "ring.json"
    kept.rename(empty / "elsewhere.json")
    with pytest.raises(Refused) as refused:
        home.open_home()
    assert refused.value.code == "keys-missing" and not kept.exists()


def test_folder_stands_beside_the_program_where_the_environment_names_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HANDRAIL_HOME")
    assert home.folder() == home.ROOT / "var"


def test_keys_stand_in_the_owners_folder_where_the_environment_names_none(
    empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HANDRAIL_KEYS")
    monkeypatch.setenv("HOME", str(empty))
    assert home.open_home().keys.parent == empty / ".config" / "handrail" / "keys"


@pytest.mark.parametrize("which", [".", "ring.json"])
def test_open_home_refuses_keys_that_others_may_read(empty: Path, which) -> None:
    kept = home.open_home().keys / which
    kept.chmod(kept.stat().st_mode | 0o040)
    with pytest.raises(Refused) as refused:
        home.open_home()
    assert (refused.value.code, refused.value.facts["where"]) == ("keys-exposed", str(kept))


def test_open_home_forgives_a_key_file_that_is_being_replaced(empty: Path) -> None:
    (home.open_home().keys / "passing.json.1.new").symlink_to("gone")
    home.open_home()


def test_open_home_completes_a_ring_of_an_earlier_version(empty: Path) -> None:
    path = home.open_home().keys / "ring.json"
    told = json.loads(path.read_text())
    path.write_text(json.dumps({name: told[name] for name in told if name not in ("cabinet", "site", "answer")}))
    home.open_home()
    assert json.loads(path.read_text())["pepper"] == told["pepper"] and len(keys.ring().site) == 1


def test_open_home_refuses_a_second_folder_on_the_same_keys_until_the_first_is_gone(empty: Path, monkeypatch) -> None:
    first = home.open_home()
    (empty / "second").mkdir()
    (empty / "second" / "installation.json").write_text((first.data / "installation.json").read_text())
    (empty / "same").symlink_to(first.data)
    monkeypatch.setenv("HANDRAIL_HOME", str(empty / "same"))
    assert home.open_home() == first
    monkeypatch.setenv("HANDRAIL_HOME", str(empty / "second"))
    for call in (home.open_home, lambda: home.adopt(first.keys.name, demo=False)):
        with pytest.raises(Refused) as refused:
            call()
        assert (refused.value.code, refused.value.facts["where"]) == ("keys-serve-another", str(first.data))
    first.data.rename(empty / "old")
    assert home.open_home().data == empty / "second"
    assert json.loads((first.keys / home.PLACE).read_text())["data"] == str(empty / "second")
