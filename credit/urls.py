"""Pages of the subjects' directory."""

from django.urls import path

from credit import views

app_name = "credit"
urlpatterns = [
    path("subjects/", views.SubjectListView.as_view(), name="subject-list"),
    path("subjects/add/", views.SubjectCreateView.as_view(), name="subject-add"),
    path("subjects/<int:pk>/", views.SubjectDetailView.as_view(), name="subject-detail"),
    path("subjects/<int:pk>/card/", views.SubjectCardView.as_view(), name="subject-card"),
    path("subjects/<int:pk>/edit/", views.SubjectEditView.as_view(), name="subject-edit"),
    path("subjects/<int:pk>/act/grade/", views.SubjectGradeView.as_view(), name="subject-grade"),
]
