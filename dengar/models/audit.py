"""AuditEntry: who changed what in the administration, and who came in."""

from datetime import datetime
from typing import Literal

from dengar.models.record import Record

AuditKind = Literal[
    "signed_in", "sign_in_failed", "signed_out", "session_ended", "sessions_ended",
    "staff_added", "staff_ended", "role_changed", "password_made", "password_changed", "key_made",
    "client_added", "client_ended",
    "source_read", "gap_filled", "gap_closed", "quarantine_replayed", "quarantine_dropped", "quarantine_taken",
    "deliveries_replayed", "deliveries_dropped",
]  # fmt: skip
COMMAND_LINE = "dengar"  # under this name acts who sits at the command line; no person may have it


class AuditEntry(Record, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the audit log.

    `by` is who did it: a name, `dengar` for the command line, None for somebody unknown. `about` is the person, source
    or target that it concerns, `detail` what else is to be known: never a password, a key, or the words of a resident.
    """

    at: datetime
    kind: AuditKind
    by: str | None = None
    about: str | None = None
    detail: str = ""
    address: str = ""
