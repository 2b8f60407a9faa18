"""What changes the floor: its rooms, the steps of a shift, and what is kept once they are over."""

from .floor import Answer, Sender, note_screen, take_steps
from .incidents import note_incident
from .keeping import check_part, close_shift, fold, settle, take_back, write
from .overdoses import OUTSIDE, record_overdose, record_overdoses
from .paper import record_paper_overdose, record_paper_visit
from .rooms import close_room, open_room, set_checks

__all__ = [
    "OUTSIDE", "Answer", "Sender", "check_part", "close_room", "close_shift", "fold", "note_incident", "note_screen",
    "open_room", "record_overdose", "record_overdoses", "record_paper_overdose", "record_paper_visit", "set_checks",
    "settle", "take_back", "take_steps", "write",
]  # fmt: skip
