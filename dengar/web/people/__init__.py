"""/admin and /akun: who works here, what they may do, what was changed, and how this Dengar is set up."""

from fastapi import FastAPI

from dengar.web.form_pages import add_form_page
from dengar.web.people import account, everybody, journal, person, programs, setup


def add_people(app: FastAPI) -> None:
    """Say which function answers which address."""
    add_form_page(app, "/admin", everybody.show_everybody, everybody.add_person)
    add_form_page(app, "/admin/orang", person.show_person, person.take_person)
    add_form_page(app, "/admin/program", programs.show_programs, programs.take_programs)
    app.add_route("/admin/jejak", journal.show_journal)
    app.add_route("/admin/setelan", setup.show_setup)
    add_form_page(app, "/akun", account.show_account, account.take_account)
