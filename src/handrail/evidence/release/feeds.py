"""What has left, as feeds that programs follow: Atom (RFC 4287) and JSON Feed 1.1. An entry a table, again when it is taken back."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time

from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import override

from .open_data import LICENCE
from .published import Published
from .writers import check

VERSION = "https://jsonfeed.org/version/1.1"
TITLE = "What we count"
EPOCH = date(1970, 1, 1)  # of a feed in which nothing has left yet

Address = Callable[[Published], str]  # where a table stands for good, with the host


def as_atom(published: Sequence[Published], *, home: str, feed: str, address: Address) -> str:
    """Return tables that have left as an Atom feed. `home`, `feed`: the open data page's and the feed's own address."""
    told = [check(one) for one in published]
    with override("en"):
        made = _Feed(TITLE, home, "", language="en", feed_url=feed, feed_guid=home, feed_copyright=LICENCE)
        made.changed = _moment(max(map(changed, told), default=EPOCH))
        for one in told:
            made.add_item(
                _title(one), address(one), _says(one), unique_id=_id(one), updateddate=_moment(changed(one)),
                categories=[one.definition.id],
            )  # fmt: skip
        return str(made.writeString("utf-8"))


class _Feed(Atom1Feed):
    changed: datetime

    def latest_post_date(self) -> datetime:
        """Return when the feed last changed: never the clock's word."""
        return self.changed


def as_json_feed(published: Sequence[Published], *, home: str, feed: str, address: Address) -> str:
    """Return tables that have left as a JSON feed. `home`, `feed`: the open data page's and the feed's own address."""
    told = [check(one) for one in published]
    with override("en"):
        items = [
            {
                "id": _id(one), "url": address(one), "title": _title(one), "content_text": _says(one), "tags": [one.definition.id],
                "date_modified": _moment(changed(one)).isoformat(),
            }
            for one in told
        ]  # fmt: skip
        frame = {"version": VERSION, "title": TITLE, "home_page_url": home, "feed_url": feed, "language": "en"}
        return json.dumps(frame | {"items": items}, ensure_ascii=False, indent=1)


def changed(one: Published) -> date:
    """Return the day on which a table left, or was taken back."""
    return one.retracted or one.released or EPOCH


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _id(one: Published) -> str:
    return f"urn:sha256:{one.digest}"


def _title(one: Published) -> str:
    return f"{one.definition.title}, {one.period} ({one.by})"


def _says(one: Published) -> str:
    """Say how many numbers are told and how many are not, and what they are not for; never a number itself, which has one address."""
    if one.retracted:
        return _("Taken back on %(day)s. Please do not use what you may have kept of it.") % {"day": one.retracted}
    counts = {"told": len(one.numbers) - len(one.blanks), "blank": len(one.blanks)}
    return _("%(told)s numbers told, %(blank)s not told, each with its reason.") % counts + f" {one.definition.not_for}"
