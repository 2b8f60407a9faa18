"""The first step of adding a device, where the house has made its own certificate."""

from dataclasses import replace

from handrail.fronts.desk import trust


def test_step_shows_nothing_where_everybody_trusts_the_certificate() -> None:
    assert trust.step() == {"trust": None, "trust_qr": ""}
    assert trust.address("/app/enrol") == "http://localhost:8000/app/enrol"


def test_step_shows_the_code_and_the_fingerprint(settings) -> None:
    told = {"address": "http://riverside.local:8080/", "fingerprint": "AB:CD"}
    settings.REACH = replace(settings.REACH, address="https://riverside.local:8443", trust=told)
    step = trust.step()
    assert step["trust"] == told and step["trust_qr"].startswith("data:image/svg+xml")
    assert trust.address("/app/enrol#token") == "https://riverside.local:8443/app/enrol#token"
