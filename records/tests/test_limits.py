from __future__ import annotations

import pytest

from records.limits import allow


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
    ],
)
def test_a_subscriber_is_counted_by_the_network_it_was_given(first, second, same):
    assert allow("complaint", first, 1)
    assert allow("complaint", second, 1) is not same
