"""The machine's own time zone."""

import pytest

from handrail.fronts.console import zone


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine that says its zone nowhere."""
    monkeypatch.setenv("TZ", "")
    monkeypatch.setattr(zone, "NAMED", tmp_path / "timezone")
    monkeypatch.setattr(zone, "LINKED", tmp_path / "localtime")
    return tmp_path


def test_of_machine_reads_tz_first_then_the_name_then_the_link(machine, monkeypatch) -> None:
    told = [zone.of_machine()]
    (machine / "localtime").symlink_to("/usr/share/zoneinfo/Europe/Lisbon")
    told.append(zone.of_machine())
    (machine / "timezone").write_text("Pacific/Auckland\n")
    told.append(zone.of_machine())
    monkeypatch.setenv("TZ", ":America/Vancouver")
    told.append(zone.of_machine())
    assert told == ["Etc/UTC", "Europe/Lisbon", "Pacific/Auckland", "America/Vancouver"]


@pytest.mark.parametrize("tz", ["PST8PDT7,M3.2.0", "localtime", "/etc/localtime", "../x", "Factory"])
def test_of_machine_takes_no_zone_that_is_not_iana(machine, monkeypatch, tz) -> None:
    monkeypatch.setenv("TZ", tz)
    (machine / "timezone").write_bytes(b"\xff\xfe")
    (machine / "localtime").write_text("a copy, not a link")
    assert zone.of_machine() == "Etc/UTC"
