"""The evaluation as one page for a browser: no script, nothing from elsewhere."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from dengar.classify.taxonomy import BY_CODE, CODES

if TYPE_CHECKING:
    from jinja2 import Template

    from dengar.classify.evaluation import Evaluation

WORST = 50
SIDE = 260  # pixels of the calibration plot
GONE = "(deleted)"


@cache
def _template() -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    loader = PackageLoader("dengar.classify", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True).get_template(
        "report.html"
    )


def make_report(evaluation: "Evaluation", texts: Mapping[str, str]) -> str:
    """Write the report; `texts` holds what the evaluation names by id."""
    wrong = sorted((one for one in evaluation.answers if not one.is_right), key=lambda one: -one.confidence)
    return _template().render(
        evaluation=evaluation,
        exam=evaluation.exam,
        names={code: BY_CODE[code].name for code in CODES},
        codes=CODES,
        worst=[(one, texts.get(one.id, GONE)) for one in wrong[:WORST]],
        suspects=[(one, texts.get(one.id, GONE)) for one in evaluation.suspects[:WORST]],
        side=SIDE,
        most=max((max(row) for row in evaluation.exam.confusion), default=1) or 1,
    )
