"""What the outbox's script says: every sentence translated here, its values in braces."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from handrail.core.ui.words import CARE, CHANNELS

WORDS = {
    # the bar
    "online": _("Online."), "offline": _("Working offline."), "sending": _("Sending…"),
    "stranger": _("Something else answers in our server's place: a sign-in page of this network, perhaps, or our server has a fault. Nothing was taken; it is sent again."),
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
    "pin_form": _("A PIN has 4 to 6 digits, not all the same and not in a row."), "pin_again": _("Type it once more."), "pin_differs": _("These two were not the same. Choose again."),
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
    "lot_assumed": _("lot {code}, assumed"), "recalled": _("Recalled: {item}, lot {code}. Do not give it out."),
    # where we are
    "no_stop": _("none"), "the_shelf": _("the shelf"),
    # the sample table
    "bench_wrong": _("That is no number of a bag: a letter and three or four digits, like R-217."), "told_person": _("told in person"),
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
    "sexual_health": _("sexual health"), "testing": _("self tests"), "basic": _("basics"), "kit": _("kits"),
}  # fmt: skip


FLOOR = {
    "f_away": _("The server is away. Times go on here; what is tapped is kept and sent later."), "f_waiting": _("{n} taps not sent yet."), "f_live": _("Live."),
    "f_asking": _("No stream: asking every second."), "f_not_set": _("CHECKS NOT SET: {rooms}. A clinician sets them at the desk."), "f_no_rooms": _("This floor has no rooms yet. A lead adds them at the desk."),
    "f_holds": _("{n} of {of}"), "f_seat_here": _("seat here"), "f_free": _("free"), "f_overdose": _("Overdose"), "f_hard": _("check missed"), "f_soft": _("look soon"),
    "f_called": _("called"), "f_held": _("place held"), "f_together": _("together"), "f_first": _("first time"), "f_choose_place": _("Tap a free place to seat them."),
    "f_call": _("Call"), "f_uncall": _("Not there"), "f_up": _("Up"), "f_down": _("Down"), "f_hold": _("Hold"), "f_unhold": _("Here again"), "f_with": _("Together with"), "f_gone": _("Left"),
    "f_back": _("Take back"), "f_purge": _("airing: {left} left"), "f_outside": _("outside a place"), "f_call_check": _("Check missed: {where} {name}"), "f_call_overdose": _("OVERDOSE: {where}"),
    "f_open_record": _("Open the record"), "f_checked": _("Looked at: fine"), "f_heard": _("Heard, I am going"), "f_aftercare": _("To aftercare"), "f_exit": _("Left, done"),
    "f_unused": _("Left without using"), "f_move": _("Another place"), "f_who_for": _("Who for {place}?"), "f_no_reason": _("Left, no reason asked"),
    "r_wait": _("the wait"), "r_rules": _("a rule here"), "r_found_elsewhere": _("went elsewhere"), "r_called_away": _("called away"), "r_other": _("something else"),
    "od_none": _("No overdose is running."), "od_at": _("OVERDOSE · place {place}"), "od_outside": _("OVERDOSE · outside a place"), "od_kept": _("Kept on this device; the server is away."),
    "od_sending": _("Sending…"), "od_everywhere": _("On every screen."), "od_number": _("record {n}"), "od_late": _("late entry"), "od_same": _("Two naloxone taps {n} s apart: the same dose?"),
    "od_yes": _("The same"), "od_no": _("Two doses"),
}  # fmt: skip

ROUTES = {
    "inject": _("inject"),
    "smoke": _("smoke"),
    "snort": _("snort"),
    "swallow": _("swallow"),
    "other": _("another way"),
}
SUBSTANCES = {
    "opioid": _("opioid"), "fentanyl": _("fentanyl"), "heroin": _("heroin"), "stimulant": _("stimulant"), "cocaine": _("cocaine"), "crack": _("crack"),
    "methamphetamine": _("methamphetamine"), "benzodiazepine": _("benzodiazepine"), "speedball": _("both together"), "other": _("something else"), "unknown": _("not known"),
}  # fmt: skip
OD_FIRST = {
    "stimulate": _("stimulate"),
    "airway": _("airway"),
    "oxygen": _("oxygen on"),
    "bvm": _("breaths (BVM)"),
    "naloxone": _("naloxone +1"),
    "recovery": _("recovery position"),
    "cpr": _("CPR"),
    "aed": _("AED"),
}
OD_MORE = {
    "recognised": _("recognised"), "pulse": _("pulse"), "pressure": _("blood pressure"), "glucose": _("glucose"), "temperature": _("temperature"), "cooling": _("cooling"),
    "seizure": _("seizure"), "sedated": _("sedated, breathing"), "recheck": _("re-check"), "debrief": _("debrief"),
}  # fmt: skip
OD_EMS = {
    "ambulance_called": _("called"),
    "ambulance_arrived": _("arrived"),
    "ambulance_went": _("went with"),
    "ambulance_declined": _("declined"),
}
OD_BANDS = (  # placeholders until the site's clinician confirms them; a band's value is its lower end
    ("spo2", _("SpO2 %"), ((0, "<80"), (80, "80–89"), (90, "90–94"), (95, "95+"))),
    ("breaths", _("breaths a minute"), ((0, "0"), (1, "1–5"), (6, "6–9"), (10, "10+"))),
    ("oxygen", _("O2 L/min"), ((2, "2"), (4, "4"), (6, "6"), (10, "10"), (15, "15"))),
)
OD_TYPES = {"opioid-like": _("opioid-like"), "over-amp": _("over-amp"), "other": _("something else")}
OD_OUTCOMES = {
    "recovered": _("recovered here"), "ambulance": _("went with ambulance"), "left": _("left before we finished"), "died": _("died"), "unknown": _("unknown"),
    "mistake": _("not an overdose, or tapped by mistake"),
}  # fmt: skip
OD_SAID = {
    "naloxone": _("naloxone"),
    "breaths": _("breaths"),
    "spo2": _("SpO2"),
    "other": _("something else"),
}  # in the list of stamps
OD_AGO = (0, 1, 2, 5, 10)  # minutes


def floor() -> dict[str, Any]:
    """Return what the floor's templates list: codes and their words."""
    return {
        "routes": ROUTES, "substances": SUBSTANCES, "od_first": OD_FIRST, "od_more": OD_MORE, "od_ems": OD_EMS, "od_bands": OD_BANDS,
        "od_types": OD_TYPES, "od_outcomes": OD_OUTCOMES, "od_ago": OD_AGO,
    }  # fmt: skip


def words() -> dict[str, str]:
    """Return the sentences in the reader's language; the catalogue's categories as `category_…`, channels as `channel_…`, care as `care_…`."""
    told: dict[str, Any] = WORDS | FLOOR | {f"s_{name}": label for name, label in SUBSTANCES.items()}
    told |= {f"e_{name}": label for group in (OD_FIRST, OD_MORE, OD_SAID) for name, label in group.items()}
    told |= {f"e_{name}": f"{_('ambulance')} {label}" for name, label in OD_EMS.items()}
    told |= {f"v_{code}_{value}": label for code, _name, values in OD_BANDS for value, label in values}
    told |= {f"category_{name}": label for name, label in CATEGORIES.items()}
    told |= {f"channel_{name}": label for name, label in CHANNELS.items()}
    told |= {f"care_{name}": label for name, label in CARE.items()}
    return {name: str(label) for name, label in told.items()}
