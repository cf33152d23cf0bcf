"""People, their sessions, and the audit log, in a real store."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from made import NOW

from dengar.errors import DengarError
from dengar.models import AuditEntry, Role, Staff, hash_key
from dengar.store import Store
from dengar.store.audit import Audit
from dengar.store.staff import LastAdmin

PASSWORD = "kuda laut menari"


def hire(store: Store, name: str, role: Role = "admin", password: str | None = PASSWORD) -> None:
    store.staff.add(Staff(name=name, role=role, key_hash=hash_key(name), added_at=NOW))
    if password:
        store.staff.set_password(name, password)


def entry(n: int = 0, **changes: object) -> AuditEntry:
    return AuditEntry(at=NOW + timedelta(minutes=n), kind="staff_added", by="Sari", about=f"orang{n}").replace(
        **changes
    )


def test_the_last_admin_stays(store: Store) -> None:
    hire(store, "Sari")
    hire(store, "Budi", "operator")
    with pytest.raises(LastAdmin, match="Sari is the last admin"):
        store.staff.end("Sari", NOW)
    with pytest.raises(LastAdmin, match="Sari is the last admin"):
        store.staff.change_role("Sari", "humas", None, None)
    store.staff.change_role("Budi", "admin", None, None)
    assert store.staff.end("Sari", NOW)
    assert store.staff.find("Sari") is None


def test_an_admin_who_cannot_sign_in_does_not_count_beside_one_who_can(store: Store) -> None:
    hire(store, "Sari")
    hire(store, "program", password=None)
    with pytest.raises(LastAdmin):
        store.staff.end("Sari", NOW)
    assert store.staff.end("program", NOW)


def test_two_admins_who_end_each_other_at_once_leave_one(store: Store) -> None:
    for turn in range(8):
        names = (f"a{turn}", f"b{turn}")
        for name in names:
            hire(store, name)
        for one in store.staff.find_all():
            if one.name not in names and one.ended_at is None:
                store.staff.end(one.name, NOW)

        def end(name: str) -> bool:
            try:
                return store.administer(entry(about=name), lambda session: store.staff.end(name, NOW, session))
            except LastAdmin:
                return False

        with ThreadPoolExecutor(2) as threads:
            assert sorted(threads.map(end, names)) == [False, True]


def test_a_change_and_its_line_are_written_both_or_neither(store: Store) -> None:
    hire(store, "Sari")
    with pytest.raises(LastAdmin):
        store.administer(entry(kind="staff_ended"), lambda session: store.staff.end("Sari", NOW, session))
    again = Staff(name="Sari", role="admin", key_hash="x", added_at=NOW)
    with pytest.raises(DengarError, match="somebody named Sari"):
        store.administer(entry(), lambda session: store.staff.add(again, session))
    assert not store.administer(entry(), lambda session: store.staff.end("nobody", NOW, session))
    assert store.audit.page(10) == []


def test_the_log_is_read_page_by_page_also_where_many_lines_are_of_one_moment(store: Store) -> None:
    for n in range(25):
        store.audit.add(entry(n // 5, detail=str(n)))
    seen: list[str] = []
    behind = None
    while page := store.audit.page(4, behind):
        seen += [one.detail for _, one in page]
        behind = page[-1][1].at, page[-1][0]
    assert sorted(seen, key=int) == [str(n) for n in range(25)]
    assert [one.about for _, one in store.audit.page(9, who="orang3")] == ["orang3"] * 5


def test_the_log_can_only_be_added_to(store: Store) -> None:
    assert {name for name in vars(Audit) if not name.startswith("_")} == {"add", "page"}
    store.audit.add(entry())
    store.staff.end_demo(NOW)
    store.runs.drop(NOW + timedelta(days=1000))
    assert len(store.audit.page(10)) == 1
    forever = [one for one in store.data["audit"].list_indexes() if "expireAfterSeconds" in one]
    # only what strangers guessed goes away
    assert [one["partialFilterExpression"] for one in forever] == [{"kind": "sign_in_failed"}]


def test_sessions_are_told_apart_and_ended_one_by_one(store: Store) -> None:
    phone = store.sessions.begin("Sari", NOW, "Firefox Android", "10.0.0.1")
    desk = store.sessions.begin("Sari", NOW + timedelta(minutes=1), "Chrome Windows")
    newest, first = store.sessions.of_person("Sari", NOW)
    assert (first.device, first.address, newest.device) == ("Firefox Android", "10.0.0.1", "Chrome Windows")
    assert store.sessions.is_of(phone, first.id)
    assert not store.sessions.end_one("Budi", first.id)
    assert store.sessions.end_one("Sari", first.id)
    assert store.sessions.find(phone, NOW) is None
    other = store.sessions.begin("Sari", NOW)
    assert store.sessions.end_all("Sari", but=desk) == 1
    assert (store.sessions.find(desk, NOW), store.sessions.find(other, NOW)) == ("Sari", None)


def test_one_keyboard_writes_a_letter_otherwise_than_another(store: Store) -> None:
    hire(store, "Sari", password="cafe\u0301 di pojok jalan")
    assert store.staff.find_by_password("Sari", "café di pojok jalan") is not None
