"""Words that more than one front says: the channels by which people are met."""

from typing import Any

from django.utils.translation import gettext_lazy as _

CHANNELS: dict[str, Any] = {
    "window": _("Window"), "mobile": _("Mobile, with a route"), "street": _("Street outreach"), "peer": _("Peer’s bag"),
    "pharmacy": _("Pharmacy"), "mail": _("Mail"), "machine": _("Machine"), "tally": _("Rush"), "training": _("Group training"),
    "consumption": _("Consumption floor"),
}  # fmt: skip
