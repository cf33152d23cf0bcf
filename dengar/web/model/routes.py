"""The addresses of the analysts' pages."""

from fastapi import FastAPI

from dengar.web.figures import Kept
from dengar.web.model.acting import end_shadow, roll_back, show_or_begin_job, show_or_move_version
from dengar.web.model.door import ModelDoor
from dengar.web.model.drift import show_drift
from dengar.web.model.labels import fetch_label, show_or_take_label, skip_label, undo_label
from dengar.web.model.overview import show_model
from dengar.web.model.reports import show_comparison

AGREEMENT_SECONDS, STALE_SECONDS = 30.0, 3600.0


def add_model(app: FastAPI, door: ModelDoor | None) -> None:
    """Let the application answer; without a door there is nothing to show."""
    if door is not None:
        app.state.model_agreement = Kept(door.agreement, AGREEMENT_SECONDS, STALE_SECONDS)
    app.add_route("/model", show_model)
    app.add_route("/model/kerja", show_or_begin_job, methods=["GET", "POST"])
    app.add_route("/model/label", show_or_take_label, methods=["GET", "POST"])
    app.add_route("/model/label/berikut", fetch_label, methods=["POST"])
    app.add_route("/model/label/lewati", skip_label, methods=["POST"])
    app.add_route("/model/label/urung", undo_label, methods=["POST"])
    app.add_route("/model/banding", show_comparison)
    app.add_route("/model/pergeseran", show_drift)
    app.add_route("/model/mundur", roll_back, methods=["POST"])
    app.add_route("/model/bayangan", end_shadow, methods=["POST"])
    app.add_route("/model/{version}", show_or_move_version, methods=["GET", "POST"])
