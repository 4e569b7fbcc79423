import pytest

pytestmark = pytest.mark.django_db
OVERSEERS = {"xzsp_clerk", "xzsp_head", "sfj_head", "scjg_head", "scjg_inspector1"}
PEOPLE = (
    *sorted(OVERSEERS),
    "mzj_clerk",
    "mzj_head",
    "mzj_inspector1",
    "fgw_clerk",
    "jjz_witness",
    "xinzhan_officer",
    "system_admin",
    "security_admin",
    "audit_admin",
)
"""One account of each kind."""


@pytest.mark.parametrize("username", PEOPLE)
def test_everybody_has_a_first_page_and_every_menu_entry_opens(client_of, username):
    client = client_of(username)

    page = client.get("/")

    assert page.status_code == 200
    assert "工作台" in page.content.decode()
    for group in page.context["nav"]:
        for place in group["children"] or [group]:
            assert client.get(place["url"], follow=True).status_code == 200, place["label"]


@pytest.mark.parametrize("username", PEOPLE)
def test_the_coordination_page_is_for_the_overseers(client_of, username):
    expected = 200 if username in OVERSEERS else 403
    assert client_of(username).get("/coordination/").status_code == expected


def test_an_empty_workbench_says_what_will_come(client_of):
    assert "需要您办理的事" in client_of("nync_clerk").get("/").content.decode()


def test_the_first_thing_to_do_in_a_new_county_is_to_import_the_list(client_of):
    page = client_of("xzsp_clerk").get("/").content.decode()

    assert "导入监管事项清单" in page
    assert "/imports/new/matters/" in page
