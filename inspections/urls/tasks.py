from __future__ import annotations

from django.urls import URLPattern, path

from inspections.views import phone, tasks

urlpatterns: list[URLPattern] = [
    path("draws/<int:pk>/dispatch/", tasks.DispatchView.as_view(), name="dispatch"),
    path("tasks/", tasks.TaskListView.as_view(), name="task-list"),
    path("tasks/calendar/", tasks.CalendarView.as_view(), name="task-calendar"),
    path("tasks/bulk/<slug:code>/", tasks.TaskBulkView.as_view(), name="task-bulk"),
    path("tasks/<int:pk>/", tasks.TaskView.as_view(), name="task"),
    path("tasks/<int:pk>/act/<slug:code>/", tasks.TaskActView.as_view(), name="task-act"),
    path("tasks/<int:pk>/notice/", tasks.NoticeView.as_view(), name="task-notice"),
    path(
        "tasks/parts/<int:pk>/act/<slug:code>/",
        tasks.TaskPartActView.as_view(),
        name="task-part-act",
    ),
    path("tasks/parts/<int:pk>/propose/", tasks.TaskProposeView.as_view(), name="task-propose"),
    path("tasks/parts/<int:pk>/record/", tasks.RecordView.as_view(), name="task-record"),
    path("m/", phone.MyVisitsView.as_view(), name="my-visits"),
    path("m/<int:pk>/", phone.VisitView.as_view(), name="visit"),
    path("m/<int:pk>/items/", phone.VisitItemsView.as_view(), name="visit-items"),
    path("m/items/<int:pk>/", phone.VisitItemView.as_view(), name="visit-item"),
    path("m/<int:pk>/sign/<slug:side>/", phone.VisitSignView.as_view(), name="visit-sign"),
    path("m/<int:pk>/reopen/", phone.VisitReopenView.as_view(), name="visit-reopen"),
    path("m/<int:pk>/submit/", phone.VisitSubmitView.as_view(), name="visit-submit"),
]
