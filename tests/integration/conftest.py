"""What several tests of this folder begin with: the doors alone, a plugin paired through them, a toy world."""

import pytest

from tests.servers.doors import open_doors
from tests.servers.engine import World


@pytest.fixture(scope="module")
def doors(tmp_path_factory):
    with open_doors(tmp_path_factory.mktemp("doors")) as doors:
        yield doors


@pytest.fixture
def plugin(doors):
    return doors.paired()


@pytest.fixture
def world(tmp_path):
    return World(tmp_path / "world.json")
