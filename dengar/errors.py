"""Every error that Dengar raises on purpose, by what the caller should do.

DengarError
├── SkipItem                 put this one item aside, go on with the next
│   └── Poison               it cannot be read: quarantine it with its bytes
├── StopSource               end this run of this source, the others go on
│   ├── Transient            try again inside the run (the only one that is)
│   │   └── NotSent          no connection was made: what was to be sent can be sent again
│   ├── RateLimited          wait until the stated time
│   ├── AuthExpired          a person must renew the credentials
│   ├── Forbidden            the account lacks the stated capability
│   ├── BudgetSpent          wait until the stated time
│   ├── Retention            the window can no longer be read: note a gap
│   ├── Blocked              a login page or captcha answered instead of the source
│   ├── SourceChanged        the answer has another shape than the one we know
│   └── LeaseLost            another process runs this source now
│       └── ChangedMeanwhile somebody else changed what was to be written: look again, and decide anew
├── Refused                  a target does not want what we sent as it is: a dead letter, a person must look
│   └── Gone                 it wants nothing more: send no more to this target
├── BadRequest               refuse what a client sent, with this message
└── StopProgram              nothing can go on
    ├── BadSettings          one sentence for each wrong setting
    ├── ModelMissing         no trained classifier: run `dengar train`
    ├── StoreUnavailable     no MongoDB answers
    └── DataFolderBusy       another process holds the data folder
"""

from datetime import datetime


class DengarError(Exception):
    """The root: catching it catches all that Dengar raises on purpose."""


class SkipItem(DengarError):
    """This one item cannot be used; the next ones can."""


class Poison(SkipItem):
    """The item's bytes cannot be read as what they claim to be."""


class StopSource(DengarError):
    """This run of this source ends here; `outcome` is what the run's row says."""

    outcome = "failed"


class Transient(StopSource):
    """A passing failure of the network or the other side."""

    outcome = "transient"


class NotSent(Transient):
    """No connection was made, so the other side has surely taken nothing."""


class RateLimited(StopSource):
    """The other side wants a pause until `until`."""

    outcome = "rate_limited"

    def __init__(self, message: str, *, until: datetime) -> None:
        super().__init__(message)
        self.until = until


class AuthExpired(StopSource):
    """The credentials are refused; a person must renew them."""

    outcome = "auth_expired"


class Forbidden(StopSource):
    """The credentials work but do not allow what was asked."""

    outcome = "forbidden"


class BudgetSpent(StopSource):
    """The source's budget is used up until `until`; None: only that of this run."""

    outcome = "budget_spent"

    def __init__(self, message: str, *, until: datetime | None) -> None:
        super().__init__(message)
        self.until = until


class Retention(StopSource):
    """The asked window is older than the source keeps."""

    outcome = "retention"


class Blocked(StopSource):
    """Something other than the source answered: a login page, a captcha, a proxy."""

    outcome = "blocked"


class SourceChanged(StopSource):
    """The answer no longer has the known shape."""

    outcome = "changed"


class LeaseLost(StopSource):
    """Another process holds the lease now; nothing more may be written by this one."""

    outcome = "lease_lost"


class Refused(DengarError):
    """The target will never take this delivery as it is."""


class Gone(Refused):
    """The target takes no deliveries any more."""


class ChangedMeanwhile(LeaseLost):
    """Somebody else changed what was to be written; who looks again may still write."""


class BadRequest(DengarError):
    """A client sent something that cannot be taken; `status` is the HTTP status that says so, `field` what is wrong."""

    def __init__(self, message: str, *, status: int = 400, field: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.field = field


class StopProgram(DengarError):
    """Nothing can go on; the message says what a person must do."""


class BadSettings(StopProgram):
    """The settings are wrong; `problems` has one sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class ModelMissing(StopProgram):
    """No trained classifier is in its place."""


class StoreUnavailable(StopProgram):
    """No MongoDB answers."""


class DataFolderBusy(StopProgram):
    """Another process holds the data folder."""
