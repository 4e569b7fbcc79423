from __future__ import annotations

from django.urls import path

from supervision.assessment.views import decisions, rounds, schemes

app_name = "assessment"
urlpatterns = [
    path("", rounds.OverviewView.as_view(), name="overview"),
    path("rounds/new/", rounds.RoundNewView.as_view(), name="round-new"),
    path("rounds/<int:pk>/", rounds.RoundView.as_view(), name="round"),
    path("rounds/<int:pk>/act/<slug:code>/", rounds.RoundActView.as_view(), name="round-act"),
    path("rounds/<int:pk>/progress/", rounds.RoundProgressView.as_view(), name="round-progress"),
    path("rounds/<int:pk>/read/", rounds.RoundReadView.as_view(), name="round-read"),
    path("rounds/<int:pk>/matters/", rounds.RoundMattersView.as_view(), name="round-matters"),
    path("rounds/<int:pk>/print/", rounds.RoundPrintView.as_view(), name="round-print"),
    path("scores/<int:pk>/", rounds.ScoreView.as_view(), name="score"),
    path("scores/<int:pk>/bonus/", decisions.BonusNewView.as_view(), name="bonus-new"),
    path("lines/<int:pk>/", rounds.LineView.as_view(), name="line"),
    path("lines/<int:pk>/appeal/", decisions.AppealNewView.as_view(), name="appeal-new"),
    path("appeals/", decisions.AppealListView.as_view(), name="appeal-list"),
    path("appeals/<int:pk>/", decisions.AppealView.as_view(), name="appeal"),
    path("appeals/<int:pk>/act/<slug:code>/", decisions.AppealActView.as_view(), name="appeal-act"),
    path("bonuses/<int:pk>/", decisions.BonusView.as_view(), name="bonus"),
    path("bonuses/<int:pk>/act/<slug:code>/", decisions.BonusActView.as_view(), name="bonus-act"),
    path("schemes/", schemes.SchemeListView.as_view(), name="scheme-list"),
    path("schemes/new/", schemes.SchemeNewView.as_view(), name="scheme-new"),
    path("schemes/<int:pk>/", schemes.SchemeView.as_view(), name="scheme"),
    path("schemes/<int:pk>/edit/", schemes.SchemeEditView.as_view(), name="scheme-edit"),
    path("schemes/<int:pk>/act/<slug:code>/", schemes.SchemeActView.as_view(), name="scheme-act"),
]
