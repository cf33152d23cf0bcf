"""The pages by which a city sees itself: overview, areas, units, rankings, floods, and how all this is done."""

from collections.abc import Callable
from datetime import datetime

from fastapi import FastAPI

from dengar.store import Store
from dengar.web.overview import first, flood, profiles, ranks, telling
from dengar.web.overview.city import keep_city
from dengar.web.pages import Pages


def add_overview(app: FastAPI, store: Store, clock: Callable[[], datetime]) -> None:
    """Let the application show these pages."""
    app.state.pages = Pages()
    app.state.city = keep_city(store, app.state.site.figures.units, clock)
    app.add_route("/", first.show_first)
    app.add_route("/wilayah/{code}", profiles.show_area)
    app.add_route("/dinas/{code}", profiles.show_unit)
    app.add_route("/peringkat", ranks.show_ranking)
    app.add_route("/banjir", flood.show_flood)
    app.add_route("/data", telling.show_data)
    app.add_route("/metode", telling.show_method)
    app.add_route("/privasi", telling.show_privacy)
