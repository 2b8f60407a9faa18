"""The public addresses: neutral words."""

from django.urls import path

from . import data, results, telling, views

app_name = "public"

urlpatterns = [
    path("", views.home, name="home"),
    path("tell/", telling.tell, name="tell"),
    path("results/", results.look, name="results"),
    path("results/<slug:language>/", results.look, name="results-in"),
    path("method-agreement/", views.method_agreement, name="method-agreement"),
    path("data/", data.catalogue, name="data"),
    path("data/<slug:indicator>/<slug:period>/<str:by>/", data.table, name="table"),
    path("data/<slug:indicator>/<slug:period>/<str:by>.<slug:ending>", data.file, name="table-file"),
    path("data/feed.<slug:ending>", data.feed, name="feed"),
]
