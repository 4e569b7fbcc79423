"""Pages of the gateway; its calls are in ``api_urls``."""

from django.urls import path

from supervision.gateway import views

app_name = "gateway"

urlpatterns = [
    path("clients/", views.ClientListView.as_view(), name="clients"),
    path("clients/new/", views.ClientNewView.as_view(), name="client-new"),
    path("clients/<int:pk>/", views.ClientView.as_view(), name="client"),
    path("clients/<int:pk>/edit/", views.ClientEditView.as_view(), name="client-edit"),
    path("clients/<int:pk>/act/<slug:code>/", views.ClientActView.as_view(), name="client-act"),
    path("clients/<int:pk>/issue/", views.KeyIssueView.as_view(), name="key-issue"),
    path("keys/<int:pk>/rotate/", views.KeyRotateView.as_view(), name="key-rotate"),
    path("keys/<int:pk>/act/<slug:code>/", views.KeyActView.as_view(), name="key-act"),
]
