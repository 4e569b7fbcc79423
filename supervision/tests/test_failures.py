"""A database that goes away in the middle of a page or an API call: words, nothing half done, and
the next request is served."""

import psycopg2
import pytest
from django.db import close_old_connections, connection
from django.test import Client, RequestFactory

from clues.models import Clue
from clues.tests.samples import make_clue
from supervision.failures import server_error

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def client(person):
    """A signed-in client that shows error pages as a browser would."""
    found = Client(raise_request_exception=False)
    found.force_login(person("scjg_clerk"), backend="departments.backends.PersonBackend")
    return found


class GoesAway:
    """Ends the connection of this process, as a restart of the server does, before the first
    statement that holds ``word``."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.ended = False

    def __call__(self, execute, sql, params, many, context):
        if not self.ended and self.word in sql:
            self.ended = True
            found = connection.get_connection_params()
            found.pop("cursor_factory", None)
            found.pop("context", None)
            other = psycopg2.connect(**found)
            other.autocommit = True
            own = connection.connection.info.backend_pid
            other.cursor().execute("SELECT pg_terminate_backend(%s, 5000)", [own])
            other.close()
        return execute(sql, params, many, context)


def test_words_while_it_is_away_and_service_afterwards(county, client, actor):
    clue = make_clue(actor("scjg_clerk"))
    page, api = f"/clues/{clue.pk}/act/handle/", f"/api/v1/clues/{clue.pk}/acts/handle/"

    for word in ("django_session", "departments_user", "INSERT INTO"):
        with connection.execute_wrapper(away := GoesAway(word)):
            answer = client.post(page)
        assert away.ended
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "暂时连不上数据库" in answer.content.decode()
        close_old_connections()
    with connection.execute_wrapper(GoesAway("INSERT INTO")):
        answer = client.post(api)
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert answer.json()["detail"] == "数据库暂时连不上，本次提交没有保存。请稍等几秒再试。"
    close_old_connections()

    clue.refresh_from_db()
    assert clue.state == Clue.State.RECEIVED
    assert client.post(page).status_code == 302
    clue.refresh_from_db()
    assert clue.state == Clue.State.HANDLING


@pytest.mark.parametrize("path", ["/api/v1/clues/", "/gateway/v1/clues/"])
def test_machines_are_told_in_their_own_form(path):
    answer = server_error(RequestFactory().post(path))
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
