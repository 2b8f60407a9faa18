"""The api's addresses."""

from django.urls import path

from . import sync

app_name = "api"
urlpatterns = [path("sync", sync.sync, name="sync")]
