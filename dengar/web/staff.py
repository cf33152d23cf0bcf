"""Staff: who calls, by the key in the header `Authorization: Bearer KEY`."""

from typing import Annotated

from fastapi import Header, Request
from fastapi.exceptions import HTTPException

from dengar.models import Staff
from dengar.web.site import site_of

SCHEME = "bearer "


def staff_of(request: Request, authorization: Annotated[str, Header()] = "") -> Staff:
    """Give the person who calls; raises 401 without a key, 403 for one that is not known."""
    if not authorization.lower().startswith(SCHEME):
        raise HTTPException(401, "Kirim kunci Anda: Authorization: Bearer KUNCI.", {"www-authenticate": "Bearer"})
    person = site_of(request).store.staff.find_by_key(authorization[len(SCHEME) :].strip())
    if person is None:
        raise HTTPException(403, "Kunci ini tidak dikenal atau sudah dicabut.")
    return person
