"""People and their keys, and the books, on the command line."""

import pytest
from bson import ObjectId
from test_cli import command, config, explained

from dengar.settings import load_settings
from dengar.wiring import open_parts

__all__ = ["config"]


def test_people_get_keys_and_lose_them(config: object, mongo_uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGAR_MONGODB_URI", mongo_uri)
    monkeypatch.setenv("DENGAR_DATABASE", f"t{ObjectId()}")
    key = command("staff", "add", "sari").stdout.strip()
    assert len(key) == 32
    lurah = command("staff", "add", "lurah", "--role", "petugas", "--unit", "kel:31.74.02.1001")
    assert lurah.exit_code == 0, lurah.output
    assert "is somebody named sari" in explained(command("staff", "add", "sari"))
    assert "needs a --unit" in explained(command("staff", "add", "x", "--role", "petugas"))
    assert "no unit 'kel:9'" in explained(command("staff", "add", "x", "--role", "petugas", "--unit", "kel:9"))
    assert command("staff", "list").stdout.splitlines() == ["lurah  petugas  kel:31.74.02.1001", "sari  operator"]
    assert "sudin:bina_marga:31.74  Suku Dinas Bina Marga Jakarta Selatan" in command("staff", "units", "marga").stdout
    with open_parts(load_settings()) as parts:
        assert parts.store.staff.find_by_key(key) is not None
    fresh = command("staff", "key", "sari").stdout.strip()
    command("staff", "end", "lurah")
    assert "nobody named 'lurah' who has a key" in explained(command("staff", "end", "lurah"))
    assert "nobody named 'x'" in explained(command("staff", "key", "x"))
    with open_parts(load_settings()) as parts:
        assert parts.store.staff.find_by_key(key) is None
        assert parts.store.staff.find_by_key(fresh) is not None
    done = command("rebuild", "--check")
    assert (done.exit_code, "0 reports, 0 differed, 0 cannot be made." in done.output) == (0, True)
