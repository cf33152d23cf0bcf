"""Programs of others and their keys, on the command line."""

import pytest
from bson import ObjectId
from test_cli import command, config, explained

from dengar.settings import load_settings
from dengar.wiring import open_parts

__all__ = ["config"]


def test_programs_get_keys_and_lose_them(config: object, mongo_uri: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGAR_MONGODB_URI", mongo_uri)
    monkeypatch.setenv("DENGAR_DATABASE", f"t{ObjectId()}")
    key = command("clients", "add", "aplikasi", "--contact", "tim@kota.example").stdout.strip()
    assert len(key) == 32
    assert "is a client named aplikasi" in explained(command("clients", "add", "aplikasi", "--contact", "x"))
    assert "needs a name and a contact" in explained(command("clients", "add", " ", "--contact", "x"))
    assert command("clients", "list").stdout.startswith("aplikasi  tim@kota.example  since 20")
    with open_parts(load_settings()) as parts:
        assert parts.store.clients.find_by_key(key) is not None
    assert command("clients", "end", "aplikasi").exit_code == 0
    assert "no client named 'aplikasi' that has a key" in explained(command("clients", "end", "aplikasi"))
    assert "  ended 20" in command("clients", "list").stdout
    with open_parts(load_settings()) as parts:
        assert parts.store.clients.find_by_key(key) is None
