"""Words that more than one front says: the channels by which people are met, and kinds of care."""

from typing import Any

from django.utils.translation import gettext_lazy as _

CHANNELS: dict[str, Any] = {
    "window": _("Window"), "mobile": _("Mobile, with a route"), "street": _("Street outreach"), "peer": _("Peer’s bag"),
    "pharmacy": _("Pharmacy"), "mail": _("Mail"), "machine": _("Machine"), "tally": _("Rush"), "training": _("Group training"),
    "consumption": _("Consumption floor"),
}  # fmt: skip

CARE: dict[str, Any] = {
    "wound-looked": _("wound looked at"), "wound-dressed": _("wound dressed"), "wound-kit": _("wound kit"), "wound-sent-on": _("wound: sent on"),
    "hiv-offered": _("HIV test offered"), "hiv-done": _("HIV test done"), "hcv-offered": _("hepatitis C test offered"),
    "hcv-done": _("hepatitis C test done"), "syphilis-offered": _("syphilis test offered"), "syphilis-done": _("syphilis test done"),
    "vaccine-offered": _("vaccine offered"), "vaccine-given": _("vaccine given"), "foot": _("foot care"), "vein": _("vein care"),
}  # fmt: skip
