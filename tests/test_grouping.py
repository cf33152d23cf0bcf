"""Made complaints with known answers through the real path; `python bench/grouping.py` measures more of them."""

from datetime import UTC, datetime

import pytest
from grouping import group, measure
from townspeople import Town

from dengar.store import Store


@pytest.mark.parametrize(("texts", "least"), [("tuned", 0.90), ("held_out", 0.85)])
def test_posts_about_one_problem_become_one_report(store: Store, model_dir: object, texts: str, least: float) -> None:
    town = Town(5, datetime(2026, 10, 1, tzinfo=UTC), texts)
    told = town.tell(town.problems(60))
    figures = measure(store, told, group(store, told, 200))
    assert figures.f1 >= least, figures
    assert figures.precision >= 0.97, figures
    assert figures.mixed_reports <= 0.04, figures
