"""The outbox's addresses."""

from django.urls import path

from . import shell

app_name = "outbox"
urlpatterns = [
    path("", shell.shell, name="shell"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("sw.js", shell.worker, name="worker"),
    path("<slug:rest>", shell.shell, name="page"),
]
