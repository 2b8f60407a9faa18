"""What the outbox's script says: every sentence translated here, its values in braces."""

from django.utils.translation import gettext_lazy as _

from handrail.core.ui.words import CHANNELS

WORDS = {
    # the bar
    "online": _("Online."), "offline": _("Working offline."), "sending": _("Sending…"),
    "stranger": _("Something else answers in our server's place: a sign-in page of this network, perhaps. Nothing was sent."),
    "not_sent": _("{n} not sent, oldest {age}."), "all_sent": _("Everything is sent."),
    "minutes": _("{n} min"), "hours": _("{n} h"), "days": _("{n} days"), "just_now": _("just now"), "age_unknown": _("of unknown age"),
    "trouble": _("The server says: {say}"),
    "full": _("This device is full. {n} records are in memory only: do not close this page. Connect it, and write on paper until then."),
    "clock_unknown": _("This device does not know what time it is. What you record is kept, and a reviewer will ask when it was."),
    "clock_moved": _("The clock of this device was wrong by {by}. What was recorded since it was last connected may carry the wrong time. Tell your lead."),
    # enrolment, shift, lock
    "enrol_cut": _("This link is not whole. Scan the square on the sheet again with this device's camera. A sheet is good for half an hour."),
    "enrol_ended": _("This sheet lets no device in: it was used, or it is older than half an hour. Ask your lead for a new one, then scan its square."),
    "enrolling": _("Enrolling…"), "enrolled": _("This device is enrolled."), "no_answer": _("No answer came. Check the network and try again."),
    "refused": _("Not done: {say}"),
    "pin_form": _("A PIN has 4 to 6 digits."), "pin_again": _("Type it once more."), "pin_differs": _("These two were not the same. Choose again."),
    "pin_taken": _("This PIN cannot be taken on this device. Choose another."),
    "pin_wrong": _("That is not a PIN of an open shift."), "pin_wait": _("Wait {age}, then try again."), "seconds": _("{n} s"),
    "no_passkey": _("No passkey of yours was found here, or it was turned away. Use your password and a code."),
    "shift_first": _("Open a shift first."),
    # the window and the tally
    "is_code": _("card read"), "no_code": _("not a code: type it again, or go on without"),
    "no_camera": _("The camera cannot be used here. Type the six characters."),
    "nothing_rush": _("Nothing to close yet. Tap the people, and what was given."), "nothing": _("Nothing to save yet. Tap what was given, returned or asked for."), "bad_number": _("A number here is not whole, or too large."),
    "half_weighed": _("A weighed container needs both weights, the full one the heavier."),
    "saved": _("saved:"), "memory": _("kept in memory only:"), "taken_back": _("taken back:"), "one_less": _("one less: {name}"), "one_more": _("one more: {name}"),
    "open_box": _("open box {code}"), "open_box_of": _("open box: {name}"), "other": _("something else"),
    "people": _("{n} people"), "back_said": _("{n} returned, as said"), "back_counted": _("{n} unopened handed back"),
    "back_container": _("a container {n}% full returned"), "back_weight": _("{n} g returned"), "asked": _("asked for, we had none: {n}"),
    "person": _("person"), "said_back": _("said back"), "last_tap": _("last: {name} {n}"), "plus": _("+{n}"), "hold": _("hold for a number"),
    # where we are
    "no_stop": _("none"), "the_shelf": _("the shelf"),
    # the device
    "f_device": _("device"), "f_site": _("site"), "f_unsent": _("not sent"), "f_kept": _("sent, kept until a copy is made"),
    "f_storage": _("storage"), "f_persisted": _("kept by the browser"), "f_not_persisted": _("the browser may clear it: install this page"),
    "f_room": _("room left"), "f_time": _("time at the site"), "mb": _("{n} MB"),
    "close_offline": _("There is no network: once closed, no shift can be opened here and nothing recorded until there is one. Tap again to close it."),
    "nothing_unsent": _("Everything is sent: there is nothing to save."),
    "update_waits": _("An update is ready. It goes in when this device is locked; nothing that is not sent is lost."),
}  # fmt: skip

CATEGORIES = {
    "syringe": _("syringes"), "syringe_barrel": _("barrels"), "needle": _("needles"), "prep": _("preparing"), "smoking": _("smoking"),
    "snorting": _("snorting"), "naloxone": _("naloxone"), "checking": _("test strips"), "disposal": _("bins"), "care": _("care"),
    "sexual_health": _("sexual health"), "testing": _("self tests"), "basic": _("basics"),
}  # fmt: skip


def words() -> dict[str, str]:
    """Return the sentences in the reader's language; the catalogue's categories as `category_…`, channels as `channel_…`."""
    told = WORDS | {f"category_{name}": label for name, label in CATEGORIES.items()}
    told |= {f"channel_{name}": label for name, label in CHANNELS.items()}
    return {name: str(label) for name, label in told.items()}
