"""Errors as GeoReport tells them: 404 for what is not there, 403 for a key, 400 for everything else of the asker."""

from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response

from dengar.web.open311.answers import answer_trouble

PREFIX = "/open311/"
# The protocol knows three; these say what the asker is to do next: another method, later, or nothing.
_KEPT = {403, 404, 405, 429}
_FIRST_OF_OURS = 500


def tell_trouble(path: str, code: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Answer an error under /open311/."""
    told = code if code in _KEPT or code >= _FIRST_OF_OURS else 400
    return answer_trouble(path, told, detail or HTTPStatus(code).phrase, headers)
