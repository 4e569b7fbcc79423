from __future__ import annotations

from django.urls import URLPattern, path

from supervision.publicity import complaints, credit, data, departments, draws, views, visits

app_name = "public"
urlpatterns: list[URLPattern] = [
    path("", views.HomeView.as_view(), name="home"),
    path("results/", views.ResultsView.as_view(), name="results"),
    path("results/<int:pk>/", views.ResultView.as_view(), name="result"),
    path("matters/", views.MattersView.as_view(), name="matters"),
    path("matters/<int:pk>/", views.MatterView.as_view(), name="matter"),
    path("departments/", departments.DepartmentsView.as_view(), name="departments"),
    path("departments/<int:pk>/", departments.DepartmentView.as_view(), name="department"),
    path("plans/", views.PlansView.as_view(), name="plans"),
    path("plans/<int:year>/", views.PlanView.as_view(), name="plan"),
    path("draws/", draws.PublicDrawsView.as_view(), name="draws"),
    path("draws/<int:number>/", draws.PublicDrawView.as_view(), name="draw"),
    path("draws/<int:number>/bundle/", draws.PublicBundleView.as_view(), name="draw-bundle"),
    path("verify/", draws.PublicVerifyView.as_view(), name="verify"),
    path("verify/verify.py", draws.VerifierView.as_view(), name="verifier"),
    path("white-list/", credit.WhiteListView.as_view(), name="white-list"),
    path("sanctions/", credit.SanctionsView.as_view(), name="sanctions"),
    path("data/", data.DataView.as_view(), name="data"),
    path("data/<slug:key>.<slug:form>", data.DownloadView.as_view(), name="download"),
    path("complaints/", complaints.ComplaintView.as_view(), name="complaint"),
    path("complaints/follow/", complaints.FollowView.as_view(), name="complaint-follow"),
    path("visits/<str:token>/", visits.VisitView.as_view(), name="visit"),
]
