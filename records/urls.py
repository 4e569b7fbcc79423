"""Files, deadlines, imports, the trail and what is sent to other systems."""

from django.urls import path

from records import outbox_pages, views

app_name = "records"
urlpatterns = [
    path("files/<uuid:pk>/", views.FileView.as_view(), name="file"),
    path("deadlines/<int:pk>/", views.DeadlineView.as_view(), name="deadline"),
    path("imports/", views.ImportListView.as_view(), name="imports"),
    path("imports/new/<slug:kind>/", views.ImportNewView.as_view(), name="import-new"),
    path(
        "imports/template/<slug:kind>/", views.ImportTemplateView.as_view(), name="import-template"
    ),
    path("imports/sample/<slug:kind>/", views.ImportSampleView.as_view(), name="import-sample"),
    path("imports/<uuid:pk>/", views.ImportView.as_view(), name="import"),
    path("imports/<uuid:pk>/progress/", views.ImportProgressView.as_view(), name="import-progress"),
    path("imports/<uuid:pk>/confirm/", views.ImportConfirmView.as_view(), name="import-confirm"),
    path("trail/", views.TrailView.as_view(), name="trail"),
    path("outbox/", outbox_pages.OutboxView.as_view(), name="outbox"),
    path("outbox/bulk/<slug:code>/", outbox_pages.OutboxBulkView.as_view(), name="outbox-bulk"),
    path("outbox/<uuid:pk>/", outbox_pages.OutboxMessageView.as_view(), name="outbox-message"),
    path(
        "outbox/<uuid:pk>/act/<slug:code>/",
        outbox_pages.OutboxActView.as_view(),
        name="outbox-act",
    ),
]
