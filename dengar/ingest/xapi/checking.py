"""Tries the credentials."""

import msgspec

from dengar.ingest.fetch import read_json
from dengar.ingest.xapi.door import ask, open_client
from dengar.ingest.xapi.settings import Settings, find_lacks

USAGE = "/2/usage/tweets"
ME = "/2/users/me"


class _Usage(msgspec.Struct, frozen=True):
    project_usage: int | str | None = None
    project_cap: int | str | None = None

    @property
    def is_full(self) -> bool:
        """Numbers come as text in some answers."""
        usage, cap = (str(one) for one in (self.project_usage, self.project_cap))
        return usage.isdecimal() and cap.isdecimal() and int(usage) >= int(cap) > 0


class _UsageAnswer(msgspec.Struct, frozen=True):
    data: _Usage


class _User(msgspec.Struct, frozen=True):
    id: str


class _UserAnswer(msgspec.Struct, frozen=True):
    data: _User


def find_problems(settings: Settings) -> list[str]:
    """Ask how much of the app's cap is used, and whom the account's credentials speak for; raises StopSource.

    No posts are read; X bills the question for the account as one user.
    """
    if lacks := find_lacks(settings):
        return lacks
    problems = []
    if settings.bearer_token:
        with open_client(settings) as client:
            usage = read_json(ask(client, "GET", USAGE, {}), USAGE, _UsageAnswer).data
        if usage.is_full:
            problems.append(f"The app's cap of {usage.project_cap} posts is reached: X gives no more this month.")
    if settings.speaks_for_user:
        with open_client(settings, as_user=True) as client:
            me = read_json(ask(client, "GET", ME, {}), ME, _UserAnswer).data.id
        if settings.mentions_of not in {"", me}:
            problems.append(
                f"The account's credentials are those of {me} and not of mentions_of: X then bills mentions as "
                "ordinary reads. Set the credentials of the account, or mentions_price."
            )
    return problems
