"""Wrong tries in a row, by a keyed pseudonym of what was tried: after a few free ones the next must wait."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import F

from handrail.core.common import keys
from handrail.core.common.refusals import Refused
from handrail.core.org import models, rules


def tried(what: str, whom: str) -> str:
    """Return the keyed pseudonym under which tries of this kind are counted."""
    return keys.ring().pseudonym(what, whom)


def check_wait(typed: str, *, now: datetime) -> None:
    """Raise Refused("sign-in-waits") while a lock-out runs."""
    if models.SignInGuard.objects.filter(pk=typed, until__gt=now).exists():
        raise Refused("sign-in-waits")


def failures(typed: str) -> int:
    """Return how many wrong tries there were in a row."""
    return models.SignInGuard.objects.filter(pk=typed).values_list("failures", flat=True).first() or 0


@transaction.atomic
def count_failure(typed: str, *, now: datetime) -> None:
    """Count a wrong try; the next may have to wait."""
    models.SignInGuard.objects.bulk_create([models.SignInGuard(handle=typed, day=now.date())], ignore_conflicts=True)
    tries = models.SignInGuard.objects.filter(pk=typed)
    tries.update(failures=F("failures") + 1, day=now.date())
    wait = rules.wait_after(tries.get().failures)
    tries.update(until=now + wait if wait else None)


def count_anew(typed: str) -> None:
    """Forget the wrong tries before a right one."""
    models.SignInGuard.objects.filter(pk=typed).delete()


def spend(what: str, *code: str, now: datetime) -> bool:
    """Use a code up; tell whether it was still unused. Of two at once one wins."""
    used = models.SpentCode(code=keys.ring().pseudonym(what, *code), day=now.date())
    try:
        with transaction.atomic():
            used.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def forget_tries(*, before: date) -> None:
    """Let go of wrong tries, used codes and sheets for devices whose last day was before this one."""
    models.SignInGuard.objects.filter(day__lt=before).delete()
    models.SpentCode.objects.filter(day__lt=before).delete()
    models.Invitation.objects.filter(until__date__lt=before).delete()
