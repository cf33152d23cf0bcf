"""Casework: the pages where operators spend their day, /antrean, /kasus and /ruang."""

from fastapi import FastAPI

from dengar.web.casework.case_page import show_case, show_case_photo
from dengar.web.casework.counts import Counts
from dengar.web.casework.deeds import take_deed
from dengar.web.casework.holding import renew_hold
from dengar.web.casework.queue_page import show_queue, take_next
from dengar.web.casework.stream import stream_queue
from dengar.web.casework.wall import Wall, show_wall


def add_casework(app: FastAPI) -> None:
    """Let the application answer."""
    site = app.state.site
    app.state.queue_counts = Counts(site.store, site.clock)
    app.state.wall = Wall(site.store, site.clock)
    app.add_route("/antrean", show_queue)
    app.add_route("/antrean/berikut", take_next, methods=["POST"])
    app.add_route("/kasus/{number}", show_case)
    app.add_route("/kasus/{number}/foto/{media_id}", show_case_photo)
    app.add_route("/kasus/{number}/{deed}", take_deed, methods=["POST"])
    app.add_route("/ruang", show_wall)
    app.add_route("/api/meja/aliran", stream_queue)
    app.add_route("/api/meja/laporan/{number}/pegang", renew_hold, methods=["POST"])
