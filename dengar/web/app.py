"""The web application, put together."""

from collections.abc import Callable, Mapping
from datetime import datetime

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from dengar import __version__
from dengar.models import Status
from dengar.store import Store
from dengar.web import api, feeds, files, form, health, hooks, news, reports, responding, signing, trouble
from dengar.web import desk as desk_api
from dengar.web.access import Guard
from dengar.web.aturan.door import RulesDoor
from dengar.web.aturan.pages import add_rules
from dengar.web.casework import add_casework
from dengar.web.describing import add_description
from dengar.web.desk import DeskDoor
from dengar.web.figures import Figures, Kept
from dengar.web.floods import add_flood
from dengar.web.frames import Frames
from dengar.web.headers import SecureHeaders
from dengar.web.live import Live
from dengar.web.model.door import ModelDoor
from dengar.web.model.routes import add_model
from dengar.web.ogc.routes import add_ogc
from dengar.web.open311.routes import add_open311
from dengar.web.oversight import OversightDoor
from dengar.web.overview import add_overview
from dengar.web.people import add_people
from dengar.web.peta.basemap import NO_BASEMAP, Basemap
from dengar.web.peta.counting import Counts
from dengar.web.peta.maps import Atlas, Maps
from dengar.web.peta.routes import add_maps
from dengar.web.petugas.pages import add_officers
from dengar.web.rankings import add_rankings
from dengar.web.rate import Rate
from dengar.web.reporting import answers, checking, following, page
from dengar.web.reporting.listening import Listener
from dengar.web.reporting.spot_map import Outlines
from dengar.web.site import Push, Site, make_environments
from dengar.web.sources import add_sources

__all__ = ["Push", "make_app"]

STATUS_FRESH_SECONDS, STATUS_STALE_SECONDS = 2.0, 5.0  # it takes some dozens of questions to the store


def make_app(  # noqa: PLR0917  these six are all that the web knows of the rest
    store: Store,
    pushes: Mapping[str, Push],
    status: Callable[[], Status],
    categories: Mapping[str, tuple[str, str]],
    clock: Callable[[], datetime],
    notice: str | None = None,
    *,
    desk: DeskDoor | None = None,
    model: ModelDoor | None = None,
    rules: RulesDoor | None = None,
    listener: Listener | None = None,
    public_url: str = "",
    atlas: Atlas | None = None,
    basemap: Basemap = NO_BASEMAP,
    oversight: OversightDoor | None = None,
    contact: str = "",
) -> FastAPI:
    """Make the application.

    `pushes["form"]` takes the report form, every other push is the webhook /kait/{name}; they store the message before
    they return. `categories` gives (Indonesian, English) names by code. `notice` is a sentence shown on every page.
    Without a `desk` nobody decides here, without `oversight` nobody sees how the sources are set up, without a `model`
    there are no pages for analysts, without `rules` none for the rules,
    without a `listener` nobody is shown what others reported before. Maps draw the areas of the `atlas` over the
    `basemap`. `public_url` is the address of the site, which feeds name; `contact` whom to ask to delete data.
    """
    app = FastAPI(title="Dengar", version=__version__, openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
    own = files.own_files()
    app.state.site = Site(
        store=store,
        desk=desk,
        model=model,
        listener=listener,
        pushes=pushes,
        status=Kept(status, STATUS_FRESH_SECONDS, STATUS_STALE_SECONDS).value,
        categories=categories,
        clock=clock,
        notice=notice,
        figures=Figures(store),
        files=own,
        rate=Rate(),
        environments=make_environments(own),
        live=Live(store.news),
        frames=Frames(),
        public_url=public_url,
        maps=Maps(atlas, basemap, Counts(store, clock)),
        contact=contact,
    )
    app.state.tries = Rate(signing.TRIES_PER_MINUTE)
    app.state.oversight = oversight
    app.state.outlines = Outlines(app.state.site.maps)
    app.state.asks = Rate(checking.ASKED_PER_MINUTE)
    app.add_middleware(Guard)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    app.add_middleware(SecureHeaders, images=basemap.sources())
    trouble.add_handlers(app)
    _add_pages(app)
    add_sources(app)
    add_people(app)
    app.include_router(api.router)
    app.include_router(desk_api.router)
    app.include_router(responding.router)
    add_maps(app)
    app.include_router(checking.router)
    app.include_router(following.router)
    add_rankings(app, store, clock)
    add_flood(app, store, clock)
    add_model(app, model)
    add_overview(app, store, clock)
    app.include_router(feeds.router)
    app.include_router(news.router)
    add_open311(app)
    add_ogc(app, atlas.draw if atlas else None)
    add_officers(app)
    add_casework(app)
    add_rules(app, rules)
    add_description(app)
    return app


def _add_pages(app: FastAPI) -> None:
    """Say which function answers which address."""
    app.add_route("/laporan/{number}", page.show_report)
    app.add_route("/laporan/{number}/tanggapan", answers.take_answer, methods=["GET", "POST"])
    app.add_route("/cek", reports.show_search)
    app.add_route("/lapor", form.show_or_take_form, methods=["GET", "POST"])
    app.add_route("/lapor/kirim", form.take_answered, methods=["GET", "POST"])
    app.add_route("/kait/{name}", hooks.take_hook, methods=["GET", "POST"])
    app.add_route("/masuk", signing.show_or_take_sign_in, methods=["GET", "POST"])
    app.add_route("/keluar", signing.sign_out, methods=["GET", "POST"])
    app.add_route("/status", health.show_status)
    app.add_route("/api/status", health.give_status)
    app.add_route("/sehat", health.give_health)
    app.add_route("/metrics", health.give_metrics)
    app.add_route("/foto/{media_id}", files.show_photo)
    app.add_route("/static/{name}", files.show_file)
    app.add_route("/favicon.ico", files.show_file)
    app.add_route("/robots.txt", files.show_robots)
