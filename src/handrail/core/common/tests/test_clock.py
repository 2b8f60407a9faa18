"""The clock itself."""

from datetime import UTC

from handrail.core.common.clock import now


def test_now_speaks_utc_and_never_goes_back() -> None:
    first = now()
    assert first.tzinfo is UTC
    assert now() >= first
