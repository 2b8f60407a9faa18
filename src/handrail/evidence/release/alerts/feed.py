"""The feed of alerts: what stands, what was taken back, signed, with a number that only grows. JSON for programs, RSS for readers."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, time
from typing import Any

from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.translation import gettext as _
from django.utils.translation import override

from handrail.core.common import keys
from handrail.core.common.canonical import canonical

from . import queries, wording

PURPOSE = b"handrail alerts 1\n"  # what the signature is for stands before what is signed: it fits nothing else
NAMESPACE = "https://handrail.invalid/alerts/1"
Address = Callable[[queries.Told], str]


def as_json(told: Sequence[queries.Told], *, sequence: int, address: Address) -> str:
    """Return the feed with its signature (ES256) over the canonical text of all the rest."""
    body = payload(told, sequence=sequence, address=address)
    kid, signature = keys.ring().sign_answer(PURPOSE + canonical(body).encode())
    return json.dumps(
        body | {"signature": {"alg": "ES256", "kid": kid, "value": _text(signature)}}, ensure_ascii=False, indent=1
    )


def payload(told: Sequence[queries.Told], *, sequence: int, address: Address) -> dict[str, Any]:
    """Return what is signed: the last number, and the last word at every place but those that are over."""
    with override("en"):
        items = [_item(one, address(one)) for one in told if one.status != queries.OVER]
    return {"v": 1, "sequence": sequence, "items": items}


def _item(one: queries.Told, url: str) -> dict[str, Any]:
    frame = {
        "id": str(one.place),
        "sequence": one.sequence,
        "status": one.status,
        "changed": str(one.changed),
        "url": url,
    }
    if one.status == queries.RETRACTED:
        return frame
    return frame | {
        "status": "corrected" if one.corrected else "published", "substance": one.substance, "hazard": str(one.hazard),
        "advice": [str(advice) for advice in one.advice], "region": one.region, "week": one.week, "void_after": one.void_after,
        "codes": list(one.codes), "not_for": str(wording.NOT_THE_MARKET),
    }  # fmt: skip


def as_rss(told: Sequence[queries.Told], *, sequence: int, home: str, address: Address) -> str:
    """Return the same as RSS 2.0, with the number and the signature of the JSON feed of the same moment beside it."""
    signed = json.loads(as_json(told, sequence=sequence, address=address))
    with override("en"):
        made = _Feed(_("Alerts"), home, str(wording.NOT_THE_MARKET), language="en")
        made.signed = signed
        for one in told:
            if one.status != queries.OVER:
                made.add_item(
                    _title(one), address(one), _says(one), unique_id=f"{one.place}:{one.sequence}", unique_id_is_permalink=False,
                    pubdate=datetime.combine(one.changed, time(), UTC),
                )  # fmt: skip
        return str(made.writeString("utf-8"))


class _Feed(Rss201rev2Feed):
    signed: dict[str, Any]

    def root_attributes(self) -> dict[str, str]:
        """Name our own elements' space."""
        return {**super().root_attributes(), "xmlns:handrail": NAMESPACE}

    def add_root_elements(self, handler: Any) -> None:
        """Add the number and the signature."""
        super().add_root_elements(handler)
        handler.addQuickElement("handrail:sequence", str(self.signed["sequence"]))
        handler.addQuickElement(
            "handrail:signature", self.signed["signature"]["value"], {"kid": self.signed["signature"]["kid"]}
        )

    def latest_post_date(self) -> datetime:
        """Return when something last changed: never the clock's word."""
        days = [item["pubdate"] for item in self.items]
        return max(days) if days else datetime(1970, 1, 1, tzinfo=UTC)


def _title(one: queries.Told) -> str:
    if one.status == queries.RETRACTED:
        return _("Taken back")
    title = f"{one.substance}, {one.region}, {one.week}"
    return _("Corrected: %(title)s") % {"title": title} if one.corrected else title


def _says(one: queries.Told) -> str:
    if one.status == queries.RETRACTED:
        return _("This alert was taken back on %(day)s. Please take down what you may have printed.") % {
            "day": one.changed
        }
    return " ".join(
        [
            str(one.hazard),
            *map(str, one.advice),
            _("Void after %(day)s.") % {"day": one.void_after},
            str(wording.NOT_THE_MARKET),
        ]
    )


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
