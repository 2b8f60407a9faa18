"""The returns page: weigh the bin, calibrate, write down what came back to the area."""

from typing import Any

import pytest
from django.test import Client

from handrail.services.exchange import models

from .desks import send

pytestmark = pytest.mark.django_db
FIVE = {
    f"{name}.{n}": str(value)
    for n, row in enumerate([(1000, 200, 80), (1240, 200, 100), (900, 200, 70), (1450, 200, 120), (1160, 200, 100)])
    for name, value in zip(("gross_g", "tare_g", "syringes"), row, strict=True)
}


def test_a_lead_calibrates_weighs_and_reads_both_numbers(desk: Client, site: Any) -> None:
    send(desk, "visit", site, {"returned.said": "95"})
    assert "95</span>said to have gone in" in send(desk, "returns", site, method="get").content.decode()
    assert "10.08 g a syringe" in send(desk, "calibrate", site, {"of": "weight"} | FIVE).content.decode()
    text = send(desk, "weigh-bin", site, {"gross_g": "1780", "tare_g": "900"}).content.decode()
    assert "said 95, bin about 87 (" in text
    assert "weighed site bins" in text


def test_one_container_is_refused_and_what_was_typed_stays(desk: Client, site: Any) -> None:
    answer = send(desk, "calibrate", site, {"of": "weight", "gross_g.0": "1000", "tare_g.0": "200", "syringes.0": "80"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "too-few-containers" in text
    assert 'name="gross_g.0" value="1000"' in text
    assert not models.Calibration.objects.exists()


def test_a_bin_is_calibrated_by_how_full_it_looked(desk: Client, site: Any) -> None:
    told = {f"fill_percent.{n}": "50" for n in range(5)} | {f"syringes.{n}": str(200 + n) for n in range(5)}
    assert "404.00 syringes when full" in send(desk, "calibrate", site, {"of": "SHARPS-L"} | told).content.decode()


@pytest.mark.parametrize(
    "told",
    [{"method": "said", "amount": "3"}, {"method": "weight", "gross_g": "900", "tare_g": "100"},
     {"method": "container", "item": "SHARPS-L", "fill_percent": "50"}],
)  # fmt: skip
def test_what_came_back_to_the_area_is_written_down(desk: Client, site: Any, told: Any) -> None:
    assert "Saved." in send(desk, "area-return", site, {"source": "found"} | told).content.decode()
    assert models.AreaReturn.objects.get().method == told["method"]


def test_an_unknown_way_is_refused(desk: Client, site: Any) -> None:
    assert b"not-an-act" in send(desk, "area-return", site, {"source": "found", "method": "by-hand"}).content


def test_an_outreach_worker_weighs_and_does_not_calibrate(signed_in: Any, outreach: Any, site: Any) -> None:
    client = signed_in(outreach)
    assert b"Save all of them" not in send(client, "returns", site, method="get").content
    assert b"not-allowed" in send(client, "calibrate", site, {"of": "weight"} | FIVE).content
