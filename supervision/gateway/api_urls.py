"""The calls of the gateway."""

from django.urls import path

from supervision.gateway.api import feeds, pushes


class CluesView(pushes.CluesView, feeds.CluesView):
    """Clues are pushed, and their progress is pulled."""

    scopes = {**pushes.CluesView.scopes, **feeds.CluesView.scopes}


class MattersView(pushes.MattersView, feeds.MattersView):
    """The upper level's matters are pushed, the region's own are pulled."""

    scopes = {**pushes.MattersView.scopes, **feeds.MattersView.scopes}


app_name = "gateway-v1"

urlpatterns = [
    path("subjects/", pushes.SubjectsView.as_view(), name="subjects"),
    path("credit-facts/", pushes.FactsView.as_view(), name="credit-facts"),
    path("warnings/", pushes.WarningsView.as_view(), name="warnings"),
    path("clues/", CluesView.as_view(), name="clues"),
    path("matters/", MattersView.as_view(), name="matters"),
    path("plans/", feeds.PlansView.as_view(), name="plans"),
    path("tasks/", feeds.TasksView.as_view(), name="tasks"),
    path("results/", feeds.ResultsView.as_view(), name="results"),
]
