"""Whatever is sent to the REST interface, the answer is one that its description names.

Each operation is sent what schemathesis derives from the description step by step (every field at
its bounds, left out, of another kind …) and then what it draws at random.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation.hypothesis.builder import (
    HypothesisTestConfig,
    HypothesisTestMode,
    create_test,
)
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from script.gateway_client import signed
from supervision.wsgi import application
from tests.api.description import committed
from tests.permissions.world import World
from tests.permissions.world_gateway import GATEWAY_KEY, GATEWAY_SECRET

EXAMPLES = 50
"""At least so many per operation."""
DRAWN = 20
"""At least so many of them at random."""

THINGS = {
    "/matters/": "matter_draft",
    "/upstream-matters/": "upstream_new",
    "/act-reports/": "act_report",
    "/subjects/": "subject",
    "/inspectors/": "inspector",
    "/plan-items/": "item_draft",
    "/draws/": "draw",
    "/tasks/": "task_sent",
    "/results/": "result_submitted",
    "/clues/": "clue",
    "/letters/": "letter_sent",
    "/joint-verifications/": "joint_review",
    "/penalties/": "penalty_review",
    "/crimes/": "crime_reviewing",
    "/disputes/": "dispute_together",
    "/refusals/": "refusal_advised",
    "/warnings/": "warning_raised",
    "/sharing-entries/": "entry",
    "/shared-records/": "record_shared",
    "/sharing-requests/": "request_sent",
    "/sanctions/": "sanction",
    "/indicator-sets/": "indicators_draft",
    "/white-list/": "white_list_consent",
    "/evaluations/": "evaluation",
    "/policies/": "policy",
    "/petitions/": "objection_verifying",
    "/department-scores/": "score",
    "/measures/": "measure_in_force",
    "/outbox/": "message",
}
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)


def signing(environ: dict[str, Any], start_response: Any) -> Any:
    """The platform behind a client that signs the calls of the gateway as they are sent."""
    if environ["PATH_INFO"].startswith("/gateway/v1/"):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        headers = signed(
            environ["REQUEST_METHOD"],
            f"http://{environ['HTTP_HOST']}{environ['RAW_URI']}",
            body,
            key_id=GATEWAY_KEY,
            secret=GATEWAY_SECRET,
            idempotency_key=environ.get("HTTP_IDEMPOTENCY_KEY", ""),
        )
        names = ("Signature", "Signature-Input", "Content-Digest")
        given = {n: headers[n] for n in names if n in headers}
        environ |= {f"HTTP_{n.upper().replace('-', '_')}": value for n, value in given.items()}
        environ["wsgi.input"] = io.BytesIO(body)
    return application(environ, start_response)


schema = schemathesis.openapi.from_dict(committed())
schema.app = signing
OPERATIONS = {
    f"{method.upper()} {path}": (path, method)
    for path, methods in committed()["paths"].items()
    for method in methods
}


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Requests stay in the test's transaction instead of closing its connection."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.mark.django_db
@pytest.mark.xdist_group("api")
@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("name", OPERATIONS)
def test_answers_as_described(name: str, world: World) -> None:
    path, method = OPERATIONS[name]

    def ask(case: schemathesis.Case) -> None:
        # Every other example asks for something that exists: made-up keys only ever find nothing.
        key = case.path_parameters.get("id") if case.path_parameters else None
        if isinstance(key, int) and key % 2 == 0:
            thing = next(thing for part, thing in THINGS.items() if part in case.path)
            case.path_parameters["id"] = world.value(thing)
        response = case.call(
            cookies={"sessionid": world.cookies["coordination clerk"]},
            headers={"Accept": "application/json"},
        )
        case.validate_response(response, checks=CHECKS)

    many_times(ask, schema[path][method])()


def many_times(ask: Callable[[schemathesis.Case], None], operation: Any) -> Callable[[], None]:
    """The question with all examples of one operation.

    They are made here and not by ``schema.parametrize``, which would make those of all operations
    while the tests are collected, in every process.
    """
    modes = [HypothesisTestMode.COVERAGE, HypothesisTestMode.FUZZING]
    config = HypothesisTestConfig(project=schema.config, modes=modes, settings=options(DRAWN))
    test: Any = create_test(operation=operation, test_func=ask, config=config)
    derived = len(getattr(test, "hypothesis_explicit_examples", ()))
    many: Callable[[], None] = options(max(DRAWN, EXAMPLES - derived))(test)
    return many


def options(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
