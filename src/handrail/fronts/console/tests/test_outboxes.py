"""A device's unsent outbox, carried as a file: taken once, whoever carries it and how often."""

import base64
import json

import pytest

from handrail.core.common import canonical, keys
from handrail.core.common.refusals import Refused
from handrail.core.encounters import models as encounters
from handrail.core.journal import models
from handrail.fronts.console import app, outboxes, setting_up


@pytest.fixture
def saved(device, tmp_path):
    """Save acts as a device does: sealed, signed, one batch a list."""

    def save(*lots, signature=None):
        told = []
        for lot in lots:
            sealed = [{"id": one["id"], "sealed": keys.ring().seal_act(canonical.canonical(one))} for one in lot]
            body = json.dumps({"device": str(device.id), "acts": sealed, "ask": []})
            signed = base64.urlsafe_b64encode(signature or device.sign(body.encode())).decode().rstrip("=")
            told.append({"body": body, "signature": signed})
        file = tmp_path / "outbox.json"
        file.write_text(json.dumps({"handrail": "outbox", "v": 1, "batches": told}))
        return file

    return save


@pytest.fixture
def own(act, outreach, device):
    """Make an act of the device."""
    return lambda **told: act(outreach, device=str(device.id), **told)


def test_import_outbox_takes_each_act_once_and_holds_the_odd(saved, own, sync) -> None:
    first, other, odd = own(), own(), own(kind_version=9)
    sync(first)
    file = saved([first, other], [odd])
    report = outboxes.import_outbox(file)
    assert (report.read, report.saved, report.already) == (3, 1, 1)
    assert [(one.line, one.code) for one in report.refused] == [(3, "unknown-kind")]
    assert outboxes.import_outbox(file).already == 2
    assert encounters.Encounter.objects.count() == 2 and models.Held.objects.count() == 1


def test_import_outbox_saves_nothing_on_a_dry_run(saved, own) -> None:
    assert outboxes.import_outbox(saved([own(), own()]), dry_run=True).read == 2
    assert encounters.Encounter.objects.count() == 0


def test_import_outbox_refuses_what_the_device_did_not_sign(saved, own) -> None:
    with pytest.raises(Refused, match="unknown-device"):
        outboxes.import_outbox(saved([own()], signature=b"\x00" * 64))
    assert encounters.Encounter.objects.count() == models.Held.objects.count() == 0


@pytest.mark.parametrize(
    "text",
    ["", "[]", "5", "{}", '{"batches": 5}', '{"batches": [5]}', '{"batches": [{"body": 1, "signature": "x"}]}', '{"batches": [{"body": "x", "signature": "a"}]}', "[" * 100_000],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_import_outbox_refuses_what_is_no_outbox(tmp_path, db, text) -> None:
    file = tmp_path / "x.json"
    file.write_text(text)
    with pytest.raises(Refused, match="not-an-outbox"):
        outboxes.import_outbox(file)
    with pytest.raises(Refused, match="no-such-file"):
        outboxes.import_outbox(tmp_path / "none.json")


def test_import_outbox_is_a_command(saved, own, monkeypatch, capsys) -> None:
    monkeypatch.setattr(setting_up, "open_house", lambda: None)
    app.import_("outbox", [saved([own()])], json=True)
    assert json.loads(capsys.readouterr().out)["saved"] == 1
