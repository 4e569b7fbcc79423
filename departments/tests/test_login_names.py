"""Names that no account can have are wrong names, nothing else."""

from __future__ import annotations

import pytest
from django.urls import reverse


@pytest.mark.parametrize("username", ["长" * 10_000, "x" * 300])
def test_a_name_longer_than_any_account_is_a_wrong_name(client, db, username: str) -> None:
    answer = client.post(reverse("login"), {"username": username, "password": "x"})
    assert answer.status_code == 200
    assert answer.context["form"].has_error("__all__", "invalid_login")
