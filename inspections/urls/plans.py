from __future__ import annotations

from django.urls import URLPattern, path

from inspections.views import plans as views
from inspections.views import simulation

urlpatterns: list[URLPattern] = [
    path("plans/", views.PlansView.as_view(), name="plans"),
    path("plans/<int:year>/", views.PlanView.as_view(), name="plan"),
    path("plans/<int:year>/open/", views.PlanOpenView.as_view(), name="plan-open"),
    path("plans/<int:year>/act/<slug:code>/", views.PlanActView.as_view(), name="plan-act"),
    path("plans/<int:year>/new/", views.PlanItemCreateView.as_view(), name="plan-item-new"),
    path(
        "plans/<int:year>/new/fields/",
        views.PlanItemFieldsView.as_view(),
        name="plan-item-fields",
    ),
    path("plans/items/<int:pk>/", views.PlanItemView.as_view(), name="plan-item"),
    path("plans/items/<int:pk>/edit/", views.PlanItemEditView.as_view(), name="plan-item-edit"),
    path(
        "plans/items/<int:pk>/simulation/",
        simulation.PlanItemSimulationView.as_view(),
        name="plan-item-simulation",
    ),
    path(
        "policies/<int:pk>/simulation/",
        simulation.PolicySimulationView.as_view(),
        name="policy-simulation",
    ),
    path(
        "plans/items/<int:pk>/act/<slug:code>/",
        views.PlanItemActView.as_view(),
        name="plan-item-act",
    ),
    path("plans/parts/<int:pk>/", views.PlanPartView.as_view(), name="plan-part"),
    path("plans/parts/<int:pk>/items/", views.PlanPartItemsView.as_view(), name="plan-part-items"),
    path(
        "plans/parts/<int:pk>/act/<slug:code>/",
        views.PlanPartActView.as_view(),
        name="plan-part-act",
    ),
]
