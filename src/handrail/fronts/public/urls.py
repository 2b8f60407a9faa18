"""The public addresses: neutral words."""

from django.urls import path

from . import views

app_name = "public"

urlpatterns = [
    path("", views.home, name="home"),
    path("method-agreement/", views.method_agreement, name="method-agreement"),
]
