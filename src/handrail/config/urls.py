"""The URL table: one line a front."""

from django.urls import include, path

urlpatterns = [
    path("desk/", include("handrail.fronts.desk.urls")),
    path("api/", include("handrail.fronts.api.urls")),
    path("app/", include("handrail.fronts.outbox.urls")),
    path("", include("handrail.fronts.public.urls")),
]

handler400 = "handrail.core.ui.failures.bad_request"
handler403 = "handrail.core.ui.failures.forbidden"
handler404 = "handrail.core.ui.failures.not_found"
handler500 = "handrail.core.ui.failures.broken"
