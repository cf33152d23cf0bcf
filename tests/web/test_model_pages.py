"""The analysts' pages over a real server and store: reports, the gate, labels, and who may do what."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from made import make_post
from model_city import hire, judge_by_exam, make_answers, make_door, make_settings, make_version, queue_posts
from web_site import NOW, Running, serve

from dengar.classify.taxonomy import CODES
from dengar.models import ModelJob, Role
from dengar.store import Store
from dengar.store.drifts import SeenDrift
from dengar.store.model_jobs import LOST_AFTER, JobRuns
from dengar.web.model.keys import HELP, LETTERS, SKIP, UNDO
from dengar.web.model.labels import start_of_day
from dengar.web.model.overview import choose_next
from dengar.wiring import Parts, category_names

OLD, BETTER, WORSE, EQUAL = "a" * 12, "b" * 12, "c" * 12, "d" * 12


@pytest.fixture(scope="module")
def versions(small_model: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make one that serves, one that is better but for waste, one that is worse, and one that is as good."""
    folder = tmp_path_factory.mktemp("versions")
    answers = {
        OLD: make_answers({"sampah": 100}, 84),
        BETTER: make_answers({"sampah": 95}, 94),
        WORSE: make_answers({"sampah": 60}, 84),
        EQUAL: make_answers({"sampah": 100, "macet": 85}, 84),
    }
    return {name: make_version(small_model, folder / name, name, some) for name, some in answers.items()}


@pytest.fixture
def parts(store: Store, mongo_uri: str, versions: dict[str, Path], tmp_path: Path) -> Parts:
    made = Parts(make_settings(mongo_uri, store, versions[OLD], tmp_path), store, clock=lambda: NOW)
    made.registry.adopt()
    roles: dict[str, Role] = {"ani": "analis", "budi": "analis", "audi": "auditor", "opi": "operator"}
    for name, role in roles.items():
        hire(store, name, role, NOW)
    return made


@pytest.fixture
def site(store: Store, parts: Parts) -> Iterator[Running]:
    with serve(store, model=make_door(parts), categories=category_names()) as running:
        yield running


def come_in(site: Running, name: str) -> httpx2.Client:
    return site.client(authorization=f"Bearer kunci-{name}")


def enter(parts: Parts, versions: dict[str, Path], *names: str) -> None:
    for name in names:
        parts.registry.enter(versions[name], "ani")


def test_the_first_page_says_what_serves_and_what_to_do_next(site: Running, store: Store) -> None:
    with come_in(site, "ani") as client:
        page = client.get("/model").text
        assert OLD in page
        assert "datang bersama Dengar" in page
        assert "Antrean label kosong" in page
        queue_posts(store, ["banjir di gang"], NOW)
        assert "1 pesan menunggu label." in client.get("/model").text
        assert "1 message waits for a label." in client.get("/model?bahasa=en").text


def test_the_comparison_shows_first_where_the_new_one_is_worse(
    site: Running, parts: Parts, versions: dict[str, Path]
) -> None:
    enter(parts, versions, BETTER, WORSE)
    with come_in(site, "ani") as client:
        page = client.get(f"/model/banding?a={OLD}&b={BETTER}").text
        assert "Versi baru pasti lebih buruk pada 1 golongan" in page
        rows = page[page.index("<tbody>") :]
        assert rows.index("Sampah") < rows.index("Kemacetan")
        assert "Pasti lebih buruk" in rows
        assert "Dulu benar, sekarang salah</h2>" not in page
        assert "Dulu benar, sekarang salah: 5" in page
        assert "Pasti turun lebih dari batas" in client.get(f"/model/banding?a={OLD}&b={WORSE}").text
        assert client.get(f"/model/banding?a={OLD}&b=zzz").status_code == 404


def test_a_version_that_passes_is_promoted_and_rolled_back(
    site: Running, store: Store, parts: Parts, versions: dict[str, Path]
) -> None:
    enter(parts, versions, BETTER)
    with come_in(site, "ani") as client:
        refused = client.post(f"/model/{BETTER}", data={"aksi": "layani", "alasan": "bagus"})
        assert refused.status_code == 409
        assert "Let the gate judge this version first." in refused.text
        judge_by_exam(store, versions[BETTER], versions[OLD], NOW)
        assert "Layankan versi ini" in client.get(f"/model/{BETTER}").text
        assert "lolos gerbang" in client.get("/model").text
        assert client.post(f"/model/{BETTER}", data={"aksi": "layani", "alasan": " "}).status_code == 422
        moved = client.post(f"/model/{BETTER}", data={"aksi": "layani", "alasan": "slang baru"})
        assert moved.headers["location"] == "/model?sudah=promoted"
        page = client.get(moved.headers["location"]).text
        assert "slang baru" in page
        assert f"Kembali ke versi {OLD[:8]}" in page
        client.post("/model/mundur", data={"alasan": "salah semua"})
        assert parts.registry.adopt().version == OLD
        assert client.post("/model/mundur", data={"alasan": "lagi"}).status_code == 409
    assert [move.by for move in store.versions.history()] == ["ani", "ani", "dengar"]


def test_one_that_is_refused_cannot_be_promoted(
    site: Running, store: Store, parts: Parts, versions: dict[str, Path]
) -> None:
    enter(parts, versions, WORSE)
    with come_in(site, "ani") as client:
        judge_by_exam(store, versions[WORSE], versions[OLD], NOW)
        page = client.get(f"/model/{WORSE}").text
        assert "Tidak lolos" in page
        assert 'value="layani"' not in page
        refused = client.post(f"/model/{WORSE}", data={"aksi": "layani", "alasan": "bagus"})
        assert refused.status_code == 409
        assert "The gate does not let" in refused.text
        assert client.post(f"/model/{WORSE}", data={"aksi": "usul", "alasan": "bagus"}).status_code == 409
    assert parts.registry.adopt().version == OLD


def test_one_that_is_only_not_worse_needs_a_second_person(
    site: Running, store: Store, parts: Parts, versions: dict[str, Path]
) -> None:
    enter(parts, versions, EQUAL)
    with come_in(site, "ani") as ani, come_in(site, "budi") as budi:
        judge_by_exam(store, versions[EQUAL], versions[OLD], NOW)
        assert ani.post(f"/model/{EQUAL}", data={"aksi": "usul", "alasan": "lebih kecil"}).status_code == 303
        assert ani.post(f"/model/{EQUAL}", data={"aksi": "setuju"}).status_code == 409
        assert "menunggu orang kedua" in ani.get(f"/model/{EQUAL}").text
        assert "Rekan Anda mengusulkan" in budi.get("/model").text
        assert budi.post(f"/model/{EQUAL}", data={"aksi": "setuju"}).status_code == 303
        assert "ani + budi" in budi.get("/model").text
    assert parts.registry.adopt().version == EQUAL


def test_the_report_shows_figures_calibration_and_mistakes_without_deleted_texts(site: Running) -> None:
    with come_in(site, "audi") as client:
        page = client.get(f"/model/{OLD}").text
        assert "Yang paling sering tertukar" in page
        assert '<circle class="dot"' in page
        assert "2.100 teks" in page
        assert page.count("(pesannya dihapus)") == 0
        assert client.get("/model/zzz").status_code == 404


def test_who_may_only_read_finds_no_buttons_and_no_labels(site: Running, store: Store) -> None:
    queue_posts(store, ["banjir"], NOW)
    for name in ("audi", "opi"):
        with come_in(site, name) as client:
            for path in ("/model", f"/model/{OLD}", "/model/banding", "/model/pergeseran", "/model/kerja"):
                page = client.get(path)
                assert page.status_code == 200, path
                assert 'action="/model' not in page.text.replace('action="/model/banding" method="get"', "")
            assert client.get("/model/label").status_code == 403
            assert client.post("/model/kerja", data={"jenis": "train"}).status_code == 403
            assert client.post("/model/mundur", data={"alasan": "r"}).status_code == 403


def test_work_that_makes_no_sense_is_refused(site: Running) -> None:
    with come_in(site, "ani") as client:
        for wish in ({"jenis": "mine"}, {"jenis": "judge"}, {"jenis": "train", "versi": OLD}, {}):
            assert client.post("/model/kerja", data=wish).status_code == 422
        assert client.post("/model/kerja", data={"jenis": "judge", "versi": "zzz"}).status_code == 404
        assert client.post(f"/model/{OLD}", data={"aksi": "hapus"}).status_code == 422


def test_one_work_runs_at_a_time_and_one_that_fell_silent_is_lost(site: Running, store: Store) -> None:
    job = ModelJob(id="1", kind="train", by="ani", begun_at=NOW, beat_at=NOW)
    store.model_jobs.begin(job)
    with pytest.raises(JobRuns):
        store.model_jobs.begin(job.replace(id="2"))
    with come_in(site, "ani") as client:
        assert client.post("/model/kerja", data={"jenis": "fill"}).status_code == 409
        assert 'data-state="running"' in client.get("/model/kerja").text
    later = NOW + LOST_AFTER + timedelta(seconds=1)
    lost = store.model_jobs.last(later)
    assert lost is not None
    assert lost.state == "lost"
    assert not store.model_jobs.end(job.replace(state="done"))
    store.model_jobs.begin(job.replace(id="2", begun_at=later, beat_at=later))


def test_the_archive_is_compared_first_and_deleted_texts_are_not_kept(
    site: Running, store: Store, parts: Parts
) -> None:
    store.posts.save([make_post(str(n), "banjir di gang kami", observed_at=NOW) for n in range(3)], None)
    with come_in(site, "ani") as client:
        client.post("/model/kerja", data={"jenis": "compare", "versi": OLD})
        job = store.model_jobs.last_difference(OLD)
        assert job is not None
        assert job.difference is not None
        assert {one.text for one in job.difference.examples} <= {None}
        assert "Belum ada yang ditulis" in client.get(f"/model/{OLD}").text
        client.post("/model/kerja", data={"jenis": "apply", "versi": OLD})
    assert {post.labels.model for post in store.posts.sample(NOW, 9) if post.labels} == {OLD}
    assert parts.store.model_jobs.last(NOW, "apply") is not None


def test_drift_is_looked_for_and_shown_with_a_table(site: Running, store: Store) -> None:
    with come_in(site, "ani") as client:
        assert "Belum pernah diperiksa" in client.get("/model/pergeseran").text
        client.post("/model/kerja", data={"jenis": "drift"})
        assert "Belum cukup pesan" in client.get("/model/pergeseran").text
        for day in range(1, 4):
            store.drifts.save(
                SeenDrift(
                    at=NOW + timedelta(days=day),
                    model=OLD,
                    posts=900,
                    before=3000,
                    is_enough=True,
                    mix=0.05 * day,
                    moved=("mix",) if day == 3 else (),
                    shares={"banjir": 0.4},
                    shares_before={"banjir": 0.1},
                )
            )
        page = client.get("/model/pergeseran").text
        assert "<polyline" in page
        assert "0,15" in page
        assert "Bagian golongan bergeser" in page
        assert "+30" in page
        assert "Bagian golongan bergeser" in client.get("/model").text


def test_every_category_has_a_key_of_its_own() -> None:
    assert set(LETTERS) == set(CODES)
    assert len({*LETTERS.values(), SKIP, UNDO, HELP}) == len(CODES) + 3


def test_labels_are_given_one_after_the_other_without_a_script(site: Running, store: Store) -> None:
    first, second = queue_posts(store, ["banjir di gang", "sampah di kali"], NOW)
    with come_in(site, "ani") as client:
        page = client.get("/model/label").text
        assert "banjir di gang" in page
        assert "40 %" in page
        form = {"pesan": first.id, "kategori": "banjir", "juga:sampah": "1", "jenis": ""}
        assert client.post("/model/label", data=form).status_code == 303
        assert "sampah di kali" in client.get("/model/label").text
        skipped = client.post("/model/label/lewati", data={"pesan": second.id})
        page = client.get(skipped.headers["location"]).text
        assert "Tidak ada yang menunggu" in page
        assert "Dilewati." in page
        back = client.post("/model/label/urung", data={"dilewati": second.id})
        assert "sampah di kali" in client.get(back.headers["location"]).text
        back = client.post("/model/label/urung", data={})
        assert "banjir di gang" in client.get(back.headers["location"]).text
        assert store.human_labels.find_all() == []
        client.post("/model/label", data=form)
    (label,) = store.human_labels.find_all()
    assert (label.category, label.also, label.by) == ("banjir", ("sampah",), "ani")


def test_two_analysts_never_have_the_same_message_and_an_audit_hides_the_guess(site: Running, store: Store) -> None:
    queue_posts(store, ["satu pesan", "dua pesan"], NOW)
    queue_posts(store, ["tiga pesan"], NOW, "random")
    with come_in(site, "ani") as ani, come_in(site, "budi") as budi:
        assert "satu pesan" in ani.get("/model/label").text
        assert "satu pesan" not in budi.get("/model/label?jenis=uncertain").text
        audit = budi.get("/model/label?jenis=random").text
        assert "tiga pesan" in audit
        assert "Dinilai tanpa melihat dugaan model" in audit
        assert "40 %" not in audit
        assert "40 %" in ani.get("/model/label").text


def test_a_label_that_cannot_be_is_refused(site: Running, store: Store) -> None:
    (post,) = queue_posts(store, ["banjir"], NOW)
    with come_in(site, "ani") as client:
        for form in ({"pesan": post.id, "kategori": "cuaca"}, {"pesan": "zzz", "kategori": "banjir"}, {}):
            assert client.post("/model/label", data=form).status_code == 409
    assert store.human_labels.find_all() == []


def test_a_post_that_was_deleted_leaves_the_queue(site: Running, store: Store) -> None:
    gone, _ = queue_posts(store, ["sudah dihapus", "masih ada"], NOW)
    store.posts.delete([gone.id], None)
    with come_in(site, "ani") as client:
        assert "masih ada" in client.get("/model/label").text
    assert store.human_labels.find_task(gone.id) is None


def test_the_next_step_is_the_one_that_leads_on() -> None:
    job = ModelJob(id="1", kind="train", by="ani", begun_at=NOW, beat_at=NOW)
    assert choose_next(job, {}, 99, 9, "ani").step == "wait"
    assert choose_next(job.replace(state="done"), {}, 99, 9, "ani").step == "train"
    assert choose_next(None, {OLD: None}, 3, 9, "ani").step == "judge"
    assert choose_next(None, {}, 3, 9, "ani").step == "label"
    assert choose_next(None, {}, 3, 0, "ani").step == "fill"


def test_a_day_begins_at_midnight_in_jakarta() -> None:
    assert start_of_day(NOW).isoformat() == "2026-11-21T00:00:00+07:00"
