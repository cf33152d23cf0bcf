"""A real MongoDB for the whole session of a test worker, and a database of its own for every test."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest

from dengar.store import Store
from dengar.store.embedded import EmbeddedMongo

# A busy machine is no failure.
hypothesis.settings.register_profile(
    "dengar",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
)
hypothesis.settings.load_profile("dengar")

MEMORY = Path("/dev/shm")  # noqa: S108  a private folder is made in it
NEEDED_BYTES = 2_000_000_000


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--schedules", type=int, default=6, help="crash schedules for each collector (`make crash`: 40)")


@pytest.fixture(scope="session")
def mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedMongo]:
    # majority writes wait for the disk, which in memory is four times faster
    in_memory = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > NEEDED_BYTES
    folder = Path(tempfile.mkdtemp(prefix="dengar-", dir=MEMORY)) if in_memory else tmp_path_factory.mktemp("m")
    running = EmbeddedMongo(folder, cache_gb=0.25)
    running.start()
    yield running
    running.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def mongo_uri(mongo: EmbeddedMongo) -> str:
    return mongo.uri


@pytest.fixture
def store(mongo_uri: str) -> Iterator[Store]:
    opened = Store.connect(mongo_uri, f"t{uuid4().hex[:12]}")
    yield opened
    opened.data.client.drop_database(opened.data.name)
    opened.close()


@pytest.fixture(scope="session")
def model_dir() -> Path:
    """The classifier as `make` builds it; trained here when it is not there yet."""
    from dengar.classify.saved import FOLDER
    from dengar.classify.train import train

    if not (FOLDER / "manifest.json").exists():
        train(FOLDER)
    return FOLDER
