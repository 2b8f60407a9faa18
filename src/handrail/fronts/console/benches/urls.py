"""Production's addresses and the floor's. The floor stands under the desk, so that session, worker and form token are asked there too."""

from django.urls import include, path

from . import floor

urlpatterns = [
    path("desk/floor/<uuid:site_id>/visit", floor.visit),
    path("", include("handrail.config.urls")),
]
