"""The public addresses: neutral words."""

from django.urls import path

from . import alerts, data, results, supply, telling, views

app_name = "public"

urlpatterns = [
    path("", views.home, name="home"),
    path("tell/", telling.tell, name="tell"),
    path("results/", results.look, name="results"),
    path("results/<slug:language>/", results.look, name="results-in"),
    path("method-agreement/", views.method_agreement, name="method-agreement"),
    path("alerts/", alerts.show, name="alerts"),
    path("alerts/feed.json", alerts.feed_json, name="alerts-json"),
    path("alerts/feed.rss", alerts.feed_rss, name="alerts-rss"),
    path("alerts/keys.json", alerts.feed_keys, name="alerts-keys"),
    path("alerts/<uuid:place>/", alerts.one, name="alert"),
    path("alerts/<uuid:place>/poster.pdf", alerts.poster, name="alert-poster"),
    path("supply/", supply.show, name="supply"),
    path("supply/all.<slug:ending>", supply.file, name="supply-file"),
    path("data/", data.catalogue, name="data"),
    path("data/<slug:indicator>/<slug:period>/<str:by>/", data.table, name="table"),
    path("data/<slug:indicator>/<slug:period>/<str:by>.<slug:ending>", data.file, name="table-file"),
    path("data/feed.<slug:ending>", data.feed, name="feed"),
]
