"""What a column may be: no clock of the database's, nothing that identifies, no id or time that tells an order."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import models
from django.db.models import Model
from django.db.models.functions import Now

from . import rooms

IDENTIFYING_NAME = re.compile(
    r"(^|_)(ip|agent|useragent|e?mail|phone|telephone|mobile|fax|surname|forename|birth|birthday|birthdate|dob|address|street"
    r"|postcode|zip|zipcode|lat|latitude|lon|lng|longitude|gps|geo|path|refer+er|cookie|traceback|ssn|passport|photo|picture|face)(_|$)"
    r"|^(first|last|given|family|full|legal|real|middle)_?name$|^(get|post|request)_data$|^args_kwargs$",
    re.IGNORECASE,
)
IDENTIFYING_FIELDS = (models.GenericIPAddressField, models.EmailField, models.FileField, models.FilePathField)
ORDERING_NAME = re.compile(
    r"(^|_)(seq|sequence|serial|created|received|arrived|saved|updated|modified|inserted|recorded)(_|$)"
)
ORDERLY: Mapping[str, str] = {  # times below a day that an anonymous room may hold, and why
    "encounters.Encounter.at": "15 minutes or coarser; cut to the date by retention",
    "drugchecking.BenchSample.at": "15 minutes or coarser, of an open day; the sealing of the day takes it",
    "consumption.Floor.seen": "the latest moment a step was taken at; one row a site",
    "consumption.Room.emptied": "when a purge began; ends with the next seat",
    "consumption.LiveVisit.came": "exact while the visit is open; the row ends with it",
    "consumption.LiveVisit.called": "exact while the visit is open; the row ends with it",
    "consumption.LiveVisit.seated": "exact while the visit is open; the row ends with it",
    "consumption.LiveVisit.freed": "exact while the visit is open; the row ends with it",
    "consumption.LiveVisit.checked": "exact while the visit is open; the row ends with it",
    "consumption.LiveVisit.heard": "exact while the visit is open; the row ends with it",
    "consumption.LiveVisit.ended": "exact while the visit is open; the row ends with it",
    "consumption.LiveOverdose.began": "exact until the record is closed; the row ends then",
    "consumption.LiveOverdose.heard": "exact until the record is closed; the row ends then",
    "consumption.LiveOverdose.ended": "exact until the record is closed; the row ends then",
    "consumption.LiveOverdose.checked": "exact until the record is closed; the row ends then",
    "consumption.LiveScreen.seen": "whether a screen can be counted on to sound; ends with the shift",
}


def check(tables: Iterable[type[Model]]) -> list[CheckMessage]:
    """Name each column that reads a clock, identifies someone, or tells in which order rows came."""
    return [error for model in tables for field in model._meta.local_concrete_fields for error in _errors(model, field)]


def _errors(model: type[Model], field: "models.Field[Any, Any]") -> Iterator[Error]:
    where, ours = f"{model._meta.label}.{field.name}", bool(rooms.floor(model))
    if ours and (getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)):
        yield Error(f"{where}: reads the clock by itself.", "Pass the time in as `at`.", field, "handrail.E020")
    if ours and _reads_clock(field):
        yield Error(f"{where}: lets the database read the clock.", "Pass the time in as `at`.", field, "handrail.E021")
    if _identifies(field):
        yield Error(
            f"{where}: could identify someone.",
            "Leave it out, or keep it encrypted in a confidential room.",
            field,
            "handrail.E022",
        )
    if rooms.room(model) in rooms.ANONYMOUS:
        yield from _orders(model, field, where)


def _orders(model: type[Model], field: "models.Field[Any, Any]", where: str) -> Iterator[Error]:
    if isinstance(field, models.AutoField | models.BigAutoField | models.SmallAutoField) or _is_timed_id(field):
        yield Error(
            f"{where}: an id that tells the order.", "Use a random id, made on the device.", field, "handrail.E023"
        )
    timed = isinstance(field, models.DateTimeField | models.TimeField) and where not in ORDERLY
    if timed or (ORDERING_NAME.search(field.name) and not isinstance(field, models.DateField)):
        yield Error(
            f"{where}: tells when or in which order a row came.", "Keep the site's day only.", field, "handrail.E024"
        )


def _reads_clock(field: "models.Field[Any, Any]") -> bool:
    return any(
        isinstance(each, Now) or getattr(each, "__name__", "") in {"now", "today", "utcnow"}
        for each in _defaults(field)
    )


def _is_timed_id(field: "models.Field[Any, Any]") -> bool:
    return any(
        getattr(each, "__name__", "") in {"uuid1", "uuid6", "uuid7", "UUID7"} or "ulid" in repr(each).lower()
        for each in _defaults(field)
    )


def _defaults(field: "models.Field[Any, Any]") -> Iterator[Any]:
    """Yield a column's defaults, Python's and the database's, with what an expression is made of."""
    yield field.default
    given = getattr(field, "db_default", None)
    yield given
    if given is not None and hasattr(given, "flatten"):
        yield from given.flatten()


def _identifies(field: "models.Field[Any, Any]") -> bool:
    return isinstance(field, IDENTIFYING_FIELDS) or bool(IDENTIFYING_NAME.search(field.name))
