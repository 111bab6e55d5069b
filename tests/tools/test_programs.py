"""A test whose program is missing never passes in silence."""

import pytest

from tests import programs


@pytest.fixture(autouse=True)
def _forget(monkeypatch):
    monkeypatch.setattr(programs, "_missing", set())
    monkeypatch.delenv("CI", raising=False)


def test_an_installed_program_is_found_under_any_of_its_names():
    assert programs.require("no-such-program", "sh").endswith("/sh")


def test_a_missing_program_skips_the_test_and_is_remembered():
    with pytest.raises(pytest.skip.Exception, match="no-such-program is not installed"):
        programs.require("no-such-program")

    assert programs._missing == {"no-such-program"}


def test_a_missing_program_fails_the_test_in_ci(monkeypatch):
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="no-such-program is not installed"):
        programs.require("no-such-program")
