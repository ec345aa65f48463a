"""What has to outrank pytest's plugins; fixtures for tests are in talkwave/testing.py."""

import pytest


@pytest.fixture(scope="session")
def django_db_modify_db_settings_xdist_suffix() -> None:
    """Takes the place of pytest-django's: each of several test processes has a database of its own already
    (talkwave/test_settings.py), under the name that its server processes know."""
