from datetime import timedelta
from pathlib import Path

from made import NOW, make_item

from dengar.models import Draft, Pending
from dengar.pipeline import make_post
from dengar.settings import Settings
from dengar.wiring import open_parts


def test_a_command_goes_on_at_once_where_a_killed_one_held_the_data_folder(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with open_parts(settings) as parts:
        at = parts.clock()
        left = parts.store.leases.take("source:ingest", parts.holder, at, 120)
        with open_parts(settings) as beside:
            assert beside.store.leases.take("source:ingest", beside.holder, at, 120) is None
    with open_parts(settings) as parts:
        taken = parts.store.leases.take("source:ingest", parts.holder, at + timedelta(seconds=1), 120)
    assert left is not None
    assert taken is not None
    assert taken.token == left.token + 1


def test_a_phone_in_the_address_of_a_message_is_masked() -> None:
    for url, kept in (("https://wa.me/6281234567890", "[telepon]"), ("https://x.id/1?hp=1", "https://x.id/1?hp=1")):
        draft = Draft(text="Lampu mati", author="a", created_at=NOW, url=url)
        assert make_post(Pending(item=make_item(), order="1", revision=1), draft, (), b"k" * 16).url == kept
