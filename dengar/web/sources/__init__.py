"""/sumber: the sources and how they are, what they could not use, and what is delivered."""

from fastapi import FastAPI

from dengar.web.form_pages import add_form_page
from dengar.web.sources import deliveries, listing, one, quarantine


def add_sources(app: FastAPI) -> None:
    """Say which function answers which address."""
    app.add_route("/sumber", listing.show_sources)
    add_form_page(app, "/sumber/pengiriman", deliveries.show_deliveries, deliveries.take_deliveries)
    add_form_page(app, "/sumber/{name}", one.show_source, one.take_source)
    add_form_page(app, "/sumber/{name}/karantina", quarantine.show_quarantine, quarantine.take_quarantine)
    app.add_route("/sumber/{name}/karantina/isi", quarantine.show_entry)
    app.add_route("/sumber/{name}/karantina/unduh", quarantine.give_entry)
