"""Kannel's sendsms: the text is the body, everything else stands in headers, so that no address holds the password."""

from collections.abc import Mapping

from dengar.errors import AuthExpired, Forbidden, NotSent, StopSource, Transient
from dengar.ingest.fetch import Answer, post_bytes
from dengar.ingest.formats.shortmessage import UCS2, ShortMessage, count_gsm
from dengar.ingest.gateways.account import Account

NO_RECEIVER = 400
_LONGEST_REASON = 200


def send(account: Account, message: ShortMessage, text: str) -> None:
    """Send a reply, through the connection that the message came by; raises StopSource."""
    fields = {
        "x-kannel-from": account.sender or message.recipient,
        "x-kannel-to": message.sender,
        "x-kannel-smsc": message.smsc,
        # left to itself Kannel turns every letter that GSM does not know into a question mark
        "x-kannel-coding": UCS2 if count_gsm(text) is None else "0",
    }
    answer = _ask(account, {name: value for name, value in fields.items() if value}, text)
    if answer.status // 100 != 2:  # noqa: PLR2004  the class of HTTP
        raise _explain(account.url, answer)


def try_user(account: Account) -> None:
    """Ask Kannel to send to nobody: before it misses the receiver it says whether it knows the user."""
    answer = _ask(account, {}, "")
    if answer.status != NO_RECEIVER:
        raise _explain(account.url, answer)


def _ask(account: Account, fields: Mapping[str, str], text: str) -> Answer:
    who = {"x-kannel-username": account.username, "x-kannel-password": account.password}
    headers = {"content-type": "text/plain; charset=UTF-8"} | who | dict(fields)
    return post_bytes(account.url, text.encode("utf-8", "replace"), headers=headers)


def _explain(url: str, answer: Answer) -> StopSource:
    reason = answer.body[:_LONGEST_REASON].decode("utf-8", "replace").strip()
    if answer.status == 403:  # noqa: PLR2004
        return AuthExpired(f"{url} refuses the user: make username and password those of Kannel's sendsms-user.")
    if answer.status == 503:  # noqa: PLR2004
        return NotSent(f"{url} takes nothing now: {reason}.")
    if answer.status // 100 == 4:  # noqa: PLR2004
        return Forbidden(f"{url} refuses the message: {reason}.")
    return Transient(f"{url} answers {answer.status}: {reason}.")
