"""A real MongoDB for the whole session of a test worker, and a database of its own for every test."""

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import hypothesis
import pytest
from made import KEY
from playwright.sync_api import expect
from pymongo import MongoClient

from dengar.classify import Classifier
from dengar.classify.corpus import Example, read_corpus
from dengar.classify.saved import FOLDER
from dengar.classify.train import is_current, train, train_on
from dengar.geocode import Locator
from dengar.store import Store
from dengar.store.embedded import EmbeddedMongo

if TYPE_CHECKING:
    from city import City
    from playwright.sync_api import Browser

# A busy machine is no failure.
hypothesis.settings.register_profile(
    "dengar",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
)
hypothesis.settings.load_profile("dengar")
expect.set_options(timeout=30_000)

# Files that take half a minute and more begin first, or one of two workers waits for the other at the end.
LONG = ("test_simulated_day", "test_city_day", "test_crash", "test_analysts_loop", "test_takeover", "test_full_mailbox")
MEMORY = Path("/dev/shm")  # noqa: S108  pytest makes private folders in it
NEEDED_BYTES = 6_000_000_000


def pytest_configure() -> None:
    # Majority writes wait for the disk, which in memory is four times faster.
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > NEEDED_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--schedules",
        type=int,
        default=1,
        help="crash schedules for each collector (more than one: for every collector)",
    )
    parser.addoption("--city-posts", type=int, default=4000, help="posts of the city's day (`make day`: 40,000)")
    parser.addoption("--books", type=int, default=400, help="reports that are made again (`make books`: 100,000)")
    parser.addoption("--screenshots", help="a folder for pictures of every page (`make screenshots`)")
    parser.addoption("--write-expected", action="store_true", help="write what collectors read: then read it yourself")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.stem not in LONG)


@pytest.fixture(scope="session")
def mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedMongo]:
    running = EmbeddedMongo(tmp_path_factory.mktemp("m"), cache_gb=0.25)
    running.start()
    _keep_what_is_old(running.uri)
    yield running
    running.stop()


def _keep_what_is_old(uri: str) -> None:
    """Tests live at a time of their own: what seems to have ended long ago must not go away under their hands."""
    client: MongoClient[dict[str, object]] = MongoClient(uri)
    with client:
        client.admin.command("setParameter", 1, ttlMonitorEnabled=False)


@pytest.fixture(scope="session")
def mongo_uri(mongo: EmbeddedMongo) -> str:
    return mongo.uri


@pytest.fixture
def store(mongo_uri: str) -> Iterator[Store]:
    opened = Store.connect(mongo_uri, f"t{uuid4().hex[:12]}", key=KEY)
    yield opened
    opened.data.client.drop_database(opened.data.name)
    opened.close()


@pytest.fixture(scope="session")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the classifier that `make` built when it is of today's corpus and code, otherwise train it now."""
    if is_current(FOLDER):
        return FOLDER
    folder = tmp_path_factory.mktemp("model")
    train(folder)
    return folder


@pytest.fixture(scope="session")
def classifier(model_dir: Path) -> Classifier:
    return Classifier.load(model_dir)


@pytest.fixture(scope="session")
def few_examples() -> Sequence[Example]:
    """Give ten texts of each of the categories with a file."""
    corpus = read_corpus()
    categories = sorted({example.category for example in corpus})
    return [
        example for category in categories for example in [one for one in corpus if one.category == category][::15][:10]
    ]


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory, few_examples: Sequence[Example]) -> Path:
    """Give the folder of a model of few texts."""
    folder = tmp_path_factory.mktemp("small")
    train_on(few_examples, folder)
    return folder


@pytest.fixture(scope="session")
def locator() -> Locator:
    return Locator()


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """One browser for the tests of a file: while it is open, Playwright's event loop holds the thread."""
    from browsing import chromium

    with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory, model_dir: Path) -> Iterator["City"]:
    """A whole Dengar with the sample day, run once for all tests that only look at it."""
    from city import run_city

    with run_city(tmp_path_factory.mktemp("city"), model_dir) as running:
        yield running
