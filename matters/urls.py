"""Addresses of matters and check items."""

from django.urls import path

from matters.views import check_items, matters, upstream

app_name = "matters"
urlpatterns = [
    path("", matters.MatterListView.as_view(), name="list"),
    path("bulk/<slug:code>/", matters.MatterBulkView.as_view(), name="bulk"),
    path("check-items/", check_items.CheckItemListView.as_view(), name="check-items"),
    path("check-items/new/", check_items.CheckItemNewView.as_view(), name="check-item-new"),
    path("check-items/<int:pk>/", check_items.CheckItemEditView.as_view(), name="check-item"),
    path("upstream/", upstream.UpstreamListView.as_view(), name="upstream-list"),
    path("upstream/<int:pk>/", upstream.UpstreamView.as_view(), name="upstream"),
    path(
        "upstream/<int:pk>/act/<slug:code>/",
        upstream.UpstreamActView.as_view(),
        name="upstream-act",
    ),
    path("upstream/<int:pk>/claim/", upstream.UpstreamClaimView.as_view(), name="upstream-claim"),
    path("<int:pk>/", matters.MatterView.as_view(), name="detail"),
    path("<int:pk>/act/<slug:code>/", matters.MatterActView.as_view(), name="act"),
    path("<int:pk>/edit/", matters.MatterEditView.as_view(), name="edit"),
    path("<int:pk>/revise/", matters.MatterReviseView.as_view(), name="revise"),
]
