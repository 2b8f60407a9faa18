"""Rows of the floor. `Live…` rows are exact and end with their visit, overdose or shift; what is kept knows the day, never the minute."""

from django.db import models

from handrail.core.encounters.models import Encounter
from handrail.core.org.models import Site

from .rules import flow, overdoses


class Floor(models.Model):
    """A site's floor: what stands in line behind one another (steps lock it), and which edition of the board is the newest.

    `seen` is the latest moment a step was taken at: the clock may be put back, time on the board is not. `number` is the next
    number for who gives no name for tonight. Both begin anew when a shift is closed and the floor is empty.
    """

    site = models.OneToOneField(Site, on_delete=models.PROTECT, related_name="+", primary_key=True)
    edition = models.PositiveBigIntegerField(default=0)
    number = models.PositiveIntegerField(default=0)
    seen = models.DateTimeField(null=True)


class Room(models.Model):
    """A room of the floor. Check times are empty until a clinician, who is named, sets them."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=20)
    kind = models.CharField(max_length=12)
    rank = models.PositiveSmallIntegerField()
    purge_minutes = models.PositiveSmallIntegerField(default=0)
    soft_minutes = models.PositiveSmallIntegerField(null=True)
    hard_minutes = models.PositiveSmallIntegerField(null=True)
    clinician = models.CharField(max_length=80, blank=True)
    emptied = models.DateTimeField(null=True)
    closed = models.BooleanField(default=False)

    class Meta:
        """A hard check comes after the soft one, and nobody's check times stand without a name."""

        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=flow.ROOMS), name="consumption_room_kind"),
            models.CheckConstraint(
                condition=models.Q(soft_minutes__isnull=True, hard_minutes__isnull=True)
                | models.Q(hard_minutes__gt=models.F("soft_minutes")) & ~models.Q(clinician=""),
                name="consumption_checks_by_someone",
            ),
        ]


class Place(models.Model):
    """A booth, a table, a seat: it holds one or more people."""

    id = models.UUIDField(primary_key=True)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="places")
    label = models.CharField(max_length=20)
    rank = models.PositiveSmallIntegerField()
    holds = models.PositiveSmallIntegerField()

    class Meta:
        """It holds somebody."""

        constraints = [models.CheckConstraint(condition=models.Q(holds__gte=1), name="consumption_place_holds_someone")]


class LiveVisit(models.Model):
    """Somebody who is here, or left less than a few minutes ago. Moments are exact and end with the row.

    `tonight` is what they want to be called, or a number. `shown` remembers the last states, so that an exit can be taken back.
    """

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10)
    before = models.CharField(max_length=10, blank=True)
    tonight = models.CharField(max_length=20)
    line = models.PositiveIntegerField()
    hold = models.BooleanField(default=False)
    together = models.UUIDField(null=True)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", null=True)
    came = models.DateTimeField()
    called = models.DateTimeField(null=True)
    seated = models.DateTimeField(null=True)
    freed = models.DateTimeField(null=True)
    checked = models.DateTimeField(null=True)
    heard = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, blank=True)
    reason = models.CharField(max_length=20, blank=True)
    route = models.CharField(max_length=10, blank=True)
    said = models.CharField(max_length=120, blank=True)
    hazard = models.CharField(max_length=300, blank=True)
    first = models.BooleanField(default=False)
    paper = models.BooleanField(default=False)
    pseudonym = models.CharField(max_length=32, blank=True)
    signed = models.CharField(max_length=36)

    class Meta:
        """Who is seated has a place; who has left has an end and an outcome."""

        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state=flow.SEATED) | models.Q(place__isnull=False),
                name="consumption_seated_somewhere",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=flow.ENDED) | models.Q(ended__isnull=False) & ~models.Q(outcome=""),
                name="consumption_ended_somehow",
            ),
        ]


class LiveStep(models.Model):
    """A step that was taken, so that it counts once; it goes with what it is about."""

    id = models.UUIDField(primary_key=True)
    about = models.UUIDField(db_index=True)


class LiveOverdose(models.Model):
    """An overdose whose record is not closed. `visit` is the open visit it happened in, if any: never kept."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="+", null=True)
    visit = models.ForeignKey(LiveVisit, on_delete=models.SET_NULL, related_name="+", null=True)
    type = models.CharField(max_length=12, blank=True)
    began = models.DateTimeField()
    heard = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    checked = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    join = models.BooleanField(default=False)
    paper = models.BooleanField(default=False)
    screen = models.CharField(max_length=80)


class LiveStamp(models.Model):
    """Something done or seen in an open overdose, at its second from the start, on which screen it was tapped."""

    id = models.UUIDField(primary_key=True)
    overdose = models.ForeignKey(LiveOverdose, on_delete=models.CASCADE, related_name="stamps")
    event = models.CharField(max_length=20)
    second = models.PositiveIntegerField()
    screen = models.CharField(max_length=80)
    item = models.CharField(max_length=40, blank=True)
    value = models.PositiveIntegerField(null=True)
    late = models.BooleanField(default=False)
    counts = models.BooleanField(default=True)
    asked = models.BooleanField(default=False)


class LiveScreen(models.Model):
    """A screen that shows the board: whether its sound is armed, and when it was last heard from."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    label = models.CharField(max_length=80)
    armed = models.BooleanField()
    seen = models.DateTimeField()


class Stay(models.Model):
    """A visit to the floor that is over: its encounter's hour, and how long each part took, in seconds. `hazard` is a copied sentence."""

    id = models.UUIDField(primary_key=True)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    outcome = models.CharField(max_length=20)
    reason = models.CharField(max_length=20, blank=True)
    room = models.CharField(max_length=12, blank=True)
    route = models.CharField(max_length=10, blank=True)
    said = models.CharField(max_length=120, blank=True)
    hazard = models.CharField(max_length=300, blank=True)
    first = models.BooleanField()
    paper = models.BooleanField()
    wait_s = models.PositiveIntegerField()
    stay_s = models.PositiveIntegerField()
    after_s = models.PositiveIntegerField()

    class Meta:
        """Read by site and day; a visit ends in one of three ways."""

        constraints = [
            models.CheckConstraint(condition=models.Q(outcome__in=flow.OUTCOMES), name="consumption_stay_ends")
        ]
        indexes = [models.Index(fields=["site", "day"], name="consumption_stay_by_site_day")]


class Overdose(models.Model):
    """An overdose that is over: its day, how it ended, seconds from the start. `person` only where the person asked for it."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    place = models.CharField(max_length=12)
    type = models.CharField(max_length=12, blank=True)
    outcome = models.CharField(max_length=10)
    seconds = models.PositiveIntegerField()
    doses = models.PositiveSmallIntegerField()
    oxygen = models.BooleanField()
    ambulance = models.BooleanField()
    timeline = models.TextField()
    paper = models.BooleanField()
    person = models.CharField(max_length=32, blank=True)

    class Meta:
        """Read by site and day; it ended somehow."""

        constraints = [
            models.CheckConstraint(condition=models.Q(outcome__in=overdoses.OUTCOMES), name="consumption_overdose_ends")
        ]
        indexes = [models.Index(fields=["site", "day"], name="consumption_overdose_by_day")]


class LateStamp(models.Model):
    """A stamp that came when its overdose's record was closed already: its margin."""

    id = models.UUIDField(primary_key=True)
    overdose = models.ForeignKey(Overdose, on_delete=models.PROTECT, related_name="late")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    event = models.CharField(max_length=20)
    second = models.PositiveIntegerField()
    item = models.CharField(max_length=40, blank=True)


class Month(models.Model):
    """What is left of a month's visits to the floor after 13 months. `day` is the first of the month."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    outcome = models.CharField(max_length=20)
    route = models.CharField(max_length=10, blank=True)
    visits = models.PositiveIntegerField()


class OverdoseMonth(models.Model):
    """What is left of a month's overdoses after 13 months. `day` is the first of the month."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    type = models.CharField(max_length=12, blank=True)
    outcome = models.CharField(max_length=10)
    events = models.PositiveIntegerField()
    naloxone = models.PositiveIntegerField()
    oxygen_only = models.PositiveIntegerField()
    ambulance = models.PositiveIntegerField()


class Incident(models.Model):
    """Something that happened on the floor and the next shift should know: one of a few kinds, on a day. Never about a code or a name."""

    id = models.UUIDField(primary_key=True)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    sealed = models.BooleanField(default=False)
    kind = models.CharField(max_length=20)

    class Meta:
        """Read by site and day."""

        indexes = [models.Index(fields=["site", "day"], name="consumption_incident_by_day")]
