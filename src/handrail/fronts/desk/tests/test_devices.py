"""The devices page: its list, the sheet, the end of a device."""

import re
import uuid
from typing import Any

import pytest
from django.urls import reverse
from jwcrypto import jwk

from handrail.core.common import periods
from handrail.core.org import actions

from .desks import AT, send


def test_devices_page_lists_kind_contact_and_gap(signed_in, lead, device, site, now) -> None:
    desk = signed_in(lead)
    page = send(desk, "devices", site, method="get").content.decode()
    assert (
        "Window 1" in page
        and "window tablet" in page
        and "not heard from yet" in page
        and "locks after 3 minutes" in page
    )
    actions.note_contact(device.id, day=now.date(), new=10, highest_seq=50)
    for path in (reverse("desk:devices", args=[site.id]), reverse("desk:home")):
        assert "Window 1: at least 40 acts missing since 2026-03-10" in desk.get(path).content.decode()


def test_invite_shows_its_qr_once(signed_in, lead, site, settings) -> None:
    desk, told = signed_in(lead), {"id": str(uuid.uuid4()), "label": "Van 2", "kind": "van-tablet"}
    page = send(desk, "invite-device", site, told).content.decode()
    shown = re.search(r'class="code">(http://localhost:8000/app/enrol)#([\w-]+)<', page)
    assert shown and page.count('class="step"') == 3 and "data:image/svg" in page
    assert (
        actions.enrol_device(
            shown.group(2), str(jwk.JWK.generate(kty="EC", crv="P-256").export_public()), received_at=now_of(AT)
        ).label
        == "Van 2"
    )
    again = send(desk, "invite-device", site, told).content.decode()
    assert "made before" in again and shown.group(2) not in again


def now_of(text: str) -> Any:
    return periods.parse_moment(text)


@pytest.mark.parametrize(
    ("name", "told", "code"),
    [
        ("invite-device", {"label": "", "kind": "phone"}, "bad-name"), ("invite-device", {"label": "A", "kind": "x"}, "unknown-device-kind"),
        ("invite-device", {"label": "A", "kind": "phone", "at": "never"}, "not-readable"),
        ("revoke-device", {"reason": "lost"}, "unknown-device"), ("revoke-device", {"device": "x", "reason": "lost"}, "unknown-device"),
    ],
)  # fmt: skip
def test_devices_forms_refused_answer_422_with_the_code(signed_in, lead, site, name, told, code) -> None:
    answer = send(signed_in(lead), name, site, told)
    assert answer.status_code == 422 and f"<code>{code}</code>" in answer.content.decode()


def test_revoke_ends_a_device_on_the_page(signed_in, lead, device, site) -> None:
    desk = signed_in(lead)
    told = {"device": str(device.id), "reason": "stolen"}
    assert send(desk, "revoke-device", site, told).status_code == 302
    assert "ended 2026-03-10" in send(desk, "devices", site, method="get").content.decode()
    assert b"unknown-reason" in send(desk, "revoke-device", site, told | {"reason": "x"}).content


def test_devices_are_for_leads(signed_in, outreach, site) -> None:
    desk = signed_in(outreach)
    assert send(desk, "devices", site, method="get").status_code == 404
    assert send(desk, "invite-device", site, {"label": "A", "kind": "phone"}).status_code == 422
    assert b"Devices" not in desk.get(reverse("desk:home")).content
