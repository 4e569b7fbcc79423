"""Extra grants on single objects, given by the security administrator."""

import pytest
from django.urls import reverse
from guardian.shortcuts import get_objects_for_user

from inspections.models import JointTask, JointTaskUserPermission
from inspections.tests.visit_samples import make_story
from matters.models import MatterVersion, MatterVersionUserPermission
from records.models import TrailEntry

pytestmark = pytest.mark.django_db
ADD_TASK = "admin:inspections_jointtaskuserpermission_add"
ADD_MATTER = "admin:matters_matterversionuserpermission_add"


@pytest.fixture
def task(county):
    return make_story(county, homes=1).dispatch()[0]


def grant(client_of, name, username, code, who="security_admin"):
    return client_of(who).post(reverse(name), {"username": username, "code": code})


def test_a_task_is_lent_to_one_person_and_taken_back(task, client_of, actor, person):
    stranger = person("nync_clerk")
    assert not JointTask.objects.visible_to(actor("nync_clerk")).exists()

    assert grant(client_of, ADD_TASK, "nync_clerk", task.code).status_code == 302

    assert list(JointTask.objects.visible_to(actor("nync_clerk"))) == [task]
    assert not JointTask.objects.visible_to(actor("nync_head")).exists()
    assert list(get_objects_for_user(stranger, "inspections.view_jointtask")) == [task]
    assert client_of("nync_clerk").get(task.get_absolute_url()).status_code == 200
    given = JointTaskUserPermission.objects.get()
    assert TrailEntry.objects.filter(target_id=given.pk, actor_name="胡静然").exists()

    delete = reverse("admin:inspections_jointtaskuserpermission_delete", args=[given.pk])
    client_of("security_admin").post(delete, {"post": "yes"})
    assert not JointTask.objects.visible_to(actor("nync_clerk")).exists()


def test_a_matter_in_preparation_is_shown_to_one_person(task, client_of, actor):
    version = task.item.matter_version
    MatterVersion.objects.filter(pk=version.pk).update(state=MatterVersion.State.DRAFT)
    visible = MatterVersion.objects.visible_to
    assert version not in visible(actor("nync_clerk"))

    assert grant(client_of, ADD_MATTER, "nync_clerk", version.matter.code).status_code == 302

    assert version in visible(actor("nync_clerk"))
    assert MatterVersionUserPermission.objects.count() == 1


@pytest.mark.parametrize(
    ("username", "code", "words"),
    [
        ("nobody", None, "没有这个账号"),
        ("audit_admin", None, "管理员账号不办理业务"),
        ("nync_clerk", "X-1", "没有这个编号的对象"),
    ],
)
def test_a_mistake_is_named_and_grants_nothing(task, client_of, username, code, words):
    answer = grant(client_of, ADD_TASK, username, code or task.code)

    assert words in answer.content.decode()
    assert not JointTaskUserPermission.objects.exists()


def test_the_same_grant_is_given_once(task, client_of):
    grant(client_of, ADD_TASK, "nync_clerk", task.code)

    answer = grant(client_of, ADD_TASK, "nync_clerk", task.code)

    assert "已经获得授权" in answer.content.decode()


@pytest.mark.parametrize("who", ["system_admin", "xzsp_head", "mzj_head", "audit_admin"])
def test_nobody_else_grants(task, client_of, who):
    assert grant(client_of, ADD_TASK, "nync_clerk", task.code, who).status_code == 403
    assert not JointTaskUserPermission.objects.exists()
