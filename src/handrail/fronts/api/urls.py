"""The api's addresses."""

from django.urls import path

from . import enrol, floor, shift, sync

app_name = "api"
urlpatterns = [
    path("sync", sync.sync, name="sync"),
    path("enrol", enrol.enrol, name="enrol"),
    path("shift", shift.open_shift, name="shift"),
    path("shift/close", shift.close_shift, name="close-shift"),
    path("passkey", shift.ask_passkey, name="passkey"),
    path("pack", enrol.pack, name="pack"),
    path("floor", floor.floor, name="floor"),
    path("floor/watch", floor.watch, name="floor-watch"),
]
