from __future__ import annotations

from django.urls import URLPattern, path

from clues.views import campaigns, joint, measures, penalties, visits

urlpatterns: list[URLPattern] = [
    path("joint/", joint.JointListView.as_view(), name="joint-list"),
    path("joint/<int:pk>/", joint.JointView.as_view(), name="joint"),
    path("joint/<int:pk>/act/<slug:code>/", joint.JointActView.as_view(), name="joint-act"),
    path("joint/<int:pk>/edit/", joint.JointEditView.as_view(), name="joint-edit"),
    path("joint/<int:pk>/conclude/", joint.ConcludeView.as_view(), name="joint-conclude"),
    path("joint/parts/<int:pk>/act/<slug:code>/", joint.PartActView.as_view(), name="part-act"),
    path("joint/parts/<int:pk>/report/", joint.ReportView.as_view(), name="part-report"),
    path("joint/parts/<int:pk>/change/", joint.ChangeView.as_view(), name="part-change"),
    path("<int:pk>/joint/", joint.JointPlanView.as_view(), name="joint-new"),
    path("<int:pk>/before-visit/", visits.BeforeVisitView.as_view(), name="clue-before-visit"),
    path("<int:pk>/visits/join/", visits.JoinVisitView.as_view(), name="visit-join"),
    path("<int:pk>/visits/start/", visits.StartTaskView.as_view(), name="visit-start"),
    path("visits/<int:pk>/", visits.VisitView.as_view(), name="visit"),
    path("visits/<int:pk>/act/<slug:code>/", visits.VisitActView.as_view(), name="visit-act"),
    path("penalties/", penalties.PenaltyListView.as_view(), name="penalty-list"),
    path("penalties/add/", penalties.PenaltyFormView.as_view(), name="penalty-new"),
    path("penalties/<int:pk>/", penalties.PenaltyView.as_view(), name="penalty"),
    path("penalties/<int:pk>/edit/", penalties.PenaltyEditView.as_view(), name="penalty-edit"),
    path(
        "penalties/<int:pk>/act/<slug:code>/",
        penalties.PenaltyActView.as_view(),
        name="penalty-act",
    ),
    path("measures/", measures.MeasureListView.as_view(), name="measure-list"),
    path("measures/add/", measures.MeasureFormView.as_view(), name="measure-new"),
    path("measures/urgent/", measures.MeasureUrgentView.as_view(), name="measure-urgent"),
    path("measures/<int:pk>/", measures.MeasureView.as_view(), name="measure"),
    path("measures/<int:pk>/edit/", measures.MeasureEditView.as_view(), name="measure-edit"),
    path(
        "measures/<int:pk>/carry-out/",
        measures.MeasureCarryOutView.as_view(),
        name="measure-carry-out",
    ),
    *(
        path(
            f"measures/<int:pk>/{code}/",
            measures.MeasureStepView.as_view(code=code),
            name=f"measure-{code}",
        )
        for code in measures.MeasureStepView.pages
    ),
    path(
        "measures/<int:pk>/act/<slug:code>/",
        measures.MeasureActView.as_view(),
        name="measure-act",
    ),
    path("campaigns/", campaigns.CampaignListView.as_view(), name="campaign-list"),
    path("campaigns/add/", campaigns.CampaignNewView.as_view(), name="campaign-new"),
    path("campaigns/<int:pk>/", campaigns.CampaignView.as_view(), name="campaign"),
    path(
        "campaigns/<int:pk>/act/<slug:code>/",
        campaigns.CampaignActView.as_view(),
        name="campaign-act",
    ),
    path("campaigns/<int:pk>/accept/", campaigns.AcceptView.as_view(), name="campaign-accept"),
    path("campaigns/<int:pk>/plan/", campaigns.PlanView.as_view(), name="campaign-plan"),
]
