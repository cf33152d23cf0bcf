"""Lines of the audit log, from who calls."""

from starlette.requests import Request

from dengar.models import AuditEntry, AuditKind
from dengar.web.site import site_of

LONGEST_DETAIL = 300


def make_entry(
    request: Request, kind: AuditKind, about: str | None = None, detail: str = "", *, by: str | None = None
) -> AuditEntry:
    """Make a line about what the caller does now; `by` is said where nobody is signed in yet."""
    person = request.scope.get("staff")
    return AuditEntry(
        at=site_of(request).clock(),
        kind=kind,
        by=by or (person.name if person else None),
        about=about,
        detail=detail[:LONGEST_DETAIL],
        address=caller_address(request),
    )


def caller_address(request: Request) -> str:
    """Give the address from which somebody calls: that of their proxy, unless `web.trusted_proxies` names it."""
    return request.client.host if request.client else ""
