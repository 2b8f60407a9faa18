"""What the data says of its own copies: a row before each and after, and a new epoch once one was brought back."""

from datetime import date

from django.db import transaction

from handrail.core.common.ids import new_id

from . import models, queries


@transaction.atomic
def begin_copy(day: date) -> int:
    """Say, before it is made, that a copy begins; return its number. What is saved from now on may be missing in it."""
    number = (queries.copies() or (0, 0))[0] + 1
    models.Copy.objects.create(id=new_id(), number=number, day=day, done=False)
    return number


@transaction.atomic
def finish_copy(number: int, day: date) -> None:
    """Say that the copy of this number is whole where it was sent."""
    models.Copy.objects.create(id=new_id(), number=number, day=day, done=True)


@transaction.atomic
def begin_epoch() -> None:
    """Begin another life of the data: a copy was brought back, and what came after it may be missing."""
    last = models.Epoch.objects.order_by("-number").values_list("number", flat=True).first() or 0
    models.Epoch.objects.create(id=new_id(), number=last + 1)
