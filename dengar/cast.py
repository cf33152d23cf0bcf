"""The people of the sample day: one of each role, so that every page can be tried."""

from collections.abc import Iterator
from datetime import datetime

from dengar.models import ROLES, Role, Staff, hash_key, make_key, make_password
from dengar.store import Store
from dengar.store.staff import hash_password

UNIT = "kel:31.75.10.1003"  # the sample day has a report for this kelurahan
OPENS: dict[Role, str] = {
    "admin": "/admin",
    "operator": "/antrean",
    "petugas": "/petugas",
    "verifikator": "/antrean",
    "analis": "/model",
    "humas": "/ruang",
    "auditor": "/sumber",
}


def hire_cast(store: Store, now: datetime) -> dict[Role, str]:
    """Let one person of each role in, under the name `demo-ROLE`; gives the passwords, which are new every time."""
    passwords = {role: make_password() for role in ROLES}
    for role, password in passwords.items():
        store.sessions.end_all(_name(role))
        store.staff.replace(
            Staff(
                name=_name(role),
                role=role,
                unit=UNIT if role == "petugas" else None,
                key_hash=hash_key(make_key()),
                password_hash=hash_password(password),
                added_at=now,
                is_demo=True,
            )
        )
    return passwords


def cast_lines(passwords: dict[Role, str]) -> Iterator[str]:
    """Tell who can sign in, as a table."""
    yield "Sign in at /masuk as one of these; the passwords are new at every start, and end with the sample day:"
    width = max(len(_name(role)) for role in passwords)
    for role, page in OPENS.items():
        yield f"  {_name(role):<{width}}  {passwords[role]}  {page}"


def _name(role: Role) -> str:
    return f"demo-{role}"
