"""Builds everything from the settings; nothing else knows how the parts fit together."""

import os
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING

from pydantic import ValidationError

from dengar.answering import Answering
from dengar.collecting import Collecting
from dengar.completing import Completing
from dengar.deliver import find as find_sender
from dengar.deliver.protocol import Target
from dengar.delivering import Delivering
from dengar.erasing import Touched, erase_author
from dengar.errors import BadSettings, DengarError
from dengar.habits import Habits
from dengar.health import make_status
from dengar.ingest import find
from dengar.ingest.protocol import Clock, Source
from dengar.intake import Intake
from dengar.jobbing import Jobbing
from dengar.models import Status, Unit
from dengar.pipeline import Pipeline
from dengar.rechecking import Rechecking
from dengar.relaying import Relaying
from dengar.replying import Replying, can_reply
from dengar.settings import Settings, explain, load_author_key
from dengar.store import Store
from dengar.store.embedded import EmbeddedMongo, running_uri
from dengar.timetable import find_problems
from dengar.watering import Watering
from dengar.working import Working

if TYPE_CHECKING:
    from pathlib import Path

    from dengar.amending import Amending
    from dengar.atlas import Atlas
    from dengar.classify import Classifier
    from dengar.desk import Desk
    from dengar.geocode.ground import Ground
    from dengar.geocode.importing.folder import Folder
    from dengar.judging import Judging
    from dengar.locating import Locating
    from dengar.minding import Minding
    from dengar.modelling import Modelling
    from dengar.overseeing import Overseeing
    from dengar.proving import Proving
    from dengar.reclassifying import Reclassifying
    from dengar.registry import Registry
    from dengar.routing.rules import Router
    from dengar.ruling import Ruling
    from dengar.shadowing import Shadowing
    from dengar.suggesting import Suggesting


def utc_now() -> datetime:
    """Read the clock; everything else is told the time."""
    return datetime.now(UTC)


@contextmanager
def open_mongo(settings: Settings, *, own: bool = False) -> Iterator[tuple[str, EmbeddedMongo | None]]:
    """Give the address of MongoDB, and the embedded one when this process runs it.

    That is the configured one; else the embedded one of a Dengar that runs on the same data folder; else an own one.
    With `own` a folder that another process holds is refused (DataFolderBusy).
    """
    shared = settings.mongodb_uri.get_secret_value() if settings.mongodb_uri else None
    if shared is None and not own:
        shared = running_uri(settings.data_dir)
    if shared is not None:
        yield shared, None
        return
    mongo = EmbeddedMongo(settings.data_dir)
    mongo.start()
    try:
        yield mongo.uri, mongo
    finally:
        mongo.stop()


@contextmanager
def connect(uri: str, settings: Settings) -> Iterator[Store]:
    """Open the store at this address, and close it in the end."""
    store = Store.connect(uri, settings.database, key=load_author_key(settings))
    try:
        yield store
    finally:
        store.close()


@contextmanager
def open_parts(settings: Settings) -> Iterator["Parts"]:
    """Open whatever MongoDB there is, for one command."""
    with open_mongo(settings) as (uri, mongo), connect(uri, settings) as store:
        yield Parts(settings, store, holder=name_holder(mongo))


def name_holder(mongo: EmbeddedMongo | None) -> str | None:
    """Name who holds the data folder: it is alone, so that after a crash its leases need not run out first."""
    return f"{socket.gethostname()}:run" if mongo is not None else None


class Parts:
    """The parts of one Dengar; the heavy ones are made when they are first asked for.

    `holder` names this process in leases: one that outlives the process lets its successor go on at once.
    """

    def __init__(self, settings: Settings, store: Store, *, clock: Clock = utc_now, holder: str | None = None) -> None:
        self.settings = settings
        self.store = store
        self.clock = clock
        self.holder = holder or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(3)}"
        self.sources = make_sources(settings)
        self.targets = make_targets(settings)
        self.collecting = Collecting(store, clock, self.holder)
        self.habits = Habits(store)

    @cached_property
    def registry(self) -> "Registry":
        """The versions of the classifier."""
        from dengar.registry import Registry

        return Registry(self.store, packaged_model(self.settings), self.settings.data_dir / "models", self.clock)

    @cached_property
    def judging(self) -> "Judging":
        """The classifier that serves, whichever that is; raises ModelMissing when not even one came along."""
        from dengar.judging import Judging

        packaged = load_classifier(self.settings)
        self.registry.adopt()
        return Judging(self.store, self.registry, packaged)

    @cached_property
    def locator(self) -> "Locating":
        """The locator with the city's tables."""
        return load_locator(self.settings)

    @cached_property
    def atlas(self) -> "Atlas":
        """The areas for maps."""
        from dengar.atlas import Atlas

        return Atlas(gazetteer_folder(self.settings))

    @cached_property
    def ruling(self) -> "Ruling":
        """The routing rules, over the city's units, which are written to the store."""
        from dengar.ruling import Ruling

        units = make_city_units(self.settings)
        self.store.units.save(list(units.values()))
        codes = set(category_codes().values())
        return Ruling(self.store, self.clock, self.settings.rules, categories=codes, units=units)

    @cached_property
    def amending(self) -> "Amending":
        """Where people look at the rules, try others, and bring them into use."""
        from dengar.amending import Amending

        return Amending(self.store, lambda: self.ruling, category_codes(), self.clock)

    @property
    def router(self) -> "Router":
        """The rules that decide now."""
        return self.ruling.current()

    @cached_property
    def working(self) -> Working:
        """The worker with its pipeline."""
        self.ruling.adopt()
        pipeline = Pipeline(
            store=self.store,
            classifier=self.judging,
            locator=self.locator,
            router=self.ruling,
            categories=category_codes(),
            author_key=load_author_key(self.settings),
            answering=self.answering,
        )
        pulled = {source.name for source in self.sources if source.is_pulled}
        return Working(self.store, pipeline, self.clock, self.holder, stoppable=pulled)

    @cached_property
    def answering(self) -> Answering:
        """The words for people who wrote, where they may be answered."""
        sources = {source.name for source in self.sources if can_reply(source)}
        return Answering(sources=sources, address=self.settings.web.public_url)

    @cached_property
    def relaying(self) -> Relaying:
        """The way from the history of reports to those who must hear of it."""
        return Relaying(self.store, self.targets, self.answering, self.clock)

    @cached_property
    def deliverings(self) -> tuple[Delivering, ...]:
        """The line to each target, which keeps none of the others waiting."""
        names = {code: name for code, (name, _) in category_names().items()}
        site = self.settings.web.public_url
        return tuple(
            Delivering(self.store, target, self.clock, self.holder, categories=names, site=site)
            for target in self.targets
            if target.settings.enabled
        )

    @cached_property
    def replying(self) -> Replying:
        """The sender of what people are to be told."""
        return Replying(self.store, self.sources, self.clock)

    @cached_property
    def desk(self) -> "Desk":
        """Where people decide about reports."""
        from dengar.desk import Desk
        from dengar.placing import find_place

        return Desk(
            self.store,
            lambda: self.router,
            lambda said: find_place(said, self.locator.current),
            self.clock,
            proving=self.proving,
            number_key=load_author_key(self.settings),
        )

    @cached_property
    def jobbing(self) -> Jobbing:
        """Who does what was asked for on a page."""
        return Jobbing(self.store, self.sources, self.collecting, self.clock)

    @cached_property
    def overseeing(self) -> "Overseeing":
        """What the pages of the administration ask of the rest."""
        from dengar.overseeing import Overseeing

        return Overseeing(
            self.settings, self.store, self.sources, self.habits, self.clock, units=lambda: self.router.units
        )

    @cached_property
    def suggesting(self) -> "Suggesting":
        """Who finds the reports that somebody may join before they send a form."""
        from dengar.suggesting import Suggesting

        return Suggesting(
            self.store,
            lambda: (self.judging, self.locator),
            category_codes(),
            self.clock,
            load_author_key(self.settings),
        )

    @cached_property
    def minding(self) -> "Minding":
        """Who looks at the clocks of reports."""
        from dengar.minding import Minding

        return Minding(self.store, lambda: self.router, self.clock)

    @cached_property
    def completing(self) -> Completing:
        """The fetcher of the photos that messages name."""
        return Completing(self.store, self.sources, self.clock)

    @cached_property
    def proving(self) -> "Proving":
        """The examiner of the photos with which reports are closed."""
        from dengar.proving import Proving

        return Proving(self.store, lambda lats, lons: self.locator.current().kelurahan_of(lats, lons))

    @cached_property
    def watering(self) -> Watering:
        """Who asks for the levels of water."""
        return Watering(self.store, self.settings.water, self.clock)

    @cached_property
    def shadowing(self) -> "Shadowing":
        """The model in the shadow."""
        from dengar.shadowing import Shadowing

        return Shadowing(self.store, self.registry, self.clock)

    @property
    def errands(self) -> tuple[Callable[[], object], ...]:
        """What the leading scheduler does every few seconds."""
        return (
            self.replying.run,
            self.completing.run,
            self.shadowing.run,
            self.watch_drift,
            self.minding.run,
            self.watering.run,
            self.relaying.run,
            self.jobbing.run,
            *(one.run for one in self.deliverings),
        )

    def watch_drift(self) -> None:
        """Look once a day whether people still write what the model knows."""
        from dengar.drifting import is_due, watch_drift

        if is_due(self.store, self.clock()):
            watch_drift(self.store, self.judging.current(), self.clock())

    def reclassifying(self, version: str) -> "Reclassifying":
        """Give what judges the archive again by a version."""
        from dengar.reclassifying import Reclassifying

        classifier = self.registry.load(version)
        return Reclassifying(
            self.store,
            classifier,
            router=self.router,
            categories=category_codes(),
            clock=self.clock,
            holder=self.holder,
        )

    @cached_property
    def modelling(self) -> "Modelling":
        """What analysts do from their pages."""
        from dengar.model_work import start
        from dengar.modelling import Modelling

        return Modelling(self.store, self.registry, self.clock, partial(start, self.settings))

    @cached_property
    def rechecking(self) -> Rechecking:
        """The second look at messages that were read before."""
        return Rechecking(self.store, self.collecting)

    def erase_author(self, name: str, channel: str | None) -> Touched:
        """Queue the deletion of all that an author wrote, in one channel or in every one."""
        channels = [channel] if channel else {*self.store.posts.channels(), *self.store.leaders.channels()}
        return erase_author(self.store, name, channels, load_author_key(self.settings), self.clock())

    def intakes(self, wake: Callable[[], None]) -> dict[str, Intake]:
        """Give a door for every push source that is enabled, by its name."""
        return {
            source.name: Intake(self.store, source, self.clock, wake)
            for source in self.sources
            if source.is_pushed and source.settings.enabled
        }

    def status(self) -> Status:
        """Say how the whole is doing."""
        judging, locating = self.__dict__.get("judging"), self.__dict__.get("locator")
        ruling = self.__dict__.get("ruling")
        model = judging.current().version if judging else None
        return make_status(
            self.store,
            self.sources,
            model,
            self.clock(),
            habits=self.habits,
            model_problem=judging.problem if judging else None,
            gazetteer_problem=locating.problem if locating else None,
            rules_problem=ruling.problem if ruling else None,
        )


def make_sources(settings: Settings) -> list[Source]:
    """Check every configured source; the web form and the door of Open311 are always among them.

    Raises BadSettings with all problems at once.
    """
    always = {name: {"collector": name} for name in ("form", "service_requests")}
    sections = always | settings.sources
    problems: list[str] = []
    sources: list[Source] = []
    for name, section in sections.items():
        try:
            sources.append(make_source(name, section))
        except BadSettings as error:
            problems += error.problems
    if problems:
        raise BadSettings(problems)
    return sources


def make_source(name: str, section: Mapping[str, object]) -> Source:
    """Check one source's section of the configuration."""
    where = f"sources.{name}"
    if "collector" not in section:
        raise BadSettings([f"{where}.collector: this setting is needed and has no value."])
    if "name" in section:
        raise BadSettings([f"{where}.name: a source is named by its section: remove this."])
    try:
        collector = find(str(section["collector"]))
        checked = collector.Settings.model_validate({**section, "name": name})
    except BadSettings as error:
        raise BadSettings([f"{where}.collector: {one}" for one in error.problems]) from error
    except ValidationError as error:
        raise BadSettings(explain(error, where)) from error
    problems = [f"{where}.{problem}." for problem in find_problems(checked)]
    if problems:
        raise BadSettings(problems)
    return Source(name=name, collector=collector, settings=checked)


def make_targets(settings: Settings) -> list[Target]:
    """Check every configured target; raises BadSettings with all problems at once."""
    problems: list[str] = []
    targets: list[Target] = []
    for name, section in settings.targets.items():
        try:
            targets.append(make_target(name, section))
        except BadSettings as error:
            problems += error.problems
    if problems:
        raise BadSettings(problems)
    return targets


def make_target(name: str, section: Mapping[str, object]) -> Target:
    """Check one target's section of the configuration."""
    where = f"targets.{name}"
    if "sender" not in section:
        raise BadSettings([f"{where}.sender: this setting is needed and has no value."])
    if "name" in section:
        raise BadSettings([f"{where}.name: a target is named by its section: remove this."])
    try:
        sender = find_sender(str(section["sender"]))
        checked = sender.Settings.model_validate({**section, "name": name})
    except BadSettings as error:
        raise BadSettings([f"{where}.sender: {one}" for one in error.problems]) from error
    except ValidationError as error:
        raise BadSettings(explain(error, where)) from error
    return Target(name=name, sender=sender, settings=checked)


def load_classifier(settings: Settings) -> "Classifier":
    """Load the trained classifier; raises ModelMissing."""
    from dengar.classify import Classifier

    return Classifier.load(packaged_model(settings))


def packaged_model(settings: Settings) -> "Path":
    """Give the folder of the model that came along, or of the one that the settings name instead."""
    from dengar.classify.saved import FOLDER

    return settings.model_dir or FOLDER


def load_locator(settings: Settings) -> "Locating":
    """Load the locator with the city's tables and what was imported; it follows later imports."""
    from dengar.locating import Locating

    return Locating(gazetteer_folder(settings))


def make_city_units(settings: Settings) -> dict[str, Unit]:
    """Give the units of the city by their codes: those of the built-in areas when the imported ones cannot be read."""
    from dengar.geocode.ground import built_in_ground
    from dengar.routing.units import make_units

    try:
        areas = load_ground(settings).areas
    except (DengarError, OSError):  # the locator tells
        areas = built_in_ground().areas
    return {unit.code: unit for unit in make_units(areas)}


def load_ground(settings: Settings) -> "Ground":
    """Give the areas that were imported, or else the built-in ones."""
    from dengar.geocode.ground import built_in_ground

    return gazetteer_folder(settings).load_ground() or built_in_ground()


def gazetteer_folder(settings: Settings) -> "Folder":
    """Give the folder of imported names and boundaries."""
    from dengar.geocode.importing.folder import Folder

    return Folder(settings.gazetteer_dir or settings.data_dir / "gazetteer")


def category_codes() -> dict[str, str]:
    """Map what people may call a category, in lower case, to its code."""
    from dengar.classify.taxonomy import CATEGORIES

    complaints = [one for one in CATEGORIES if one.is_complaint]
    return {word.lower(): one.code for one in complaints for word in (one.code, one.name, one.english)}


def category_names() -> dict[str, tuple[str, str]]:
    """Give the Indonesian and the English name of every category."""
    from dengar.classify.taxonomy import CATEGORIES

    return {one.code: (one.name, one.english) for one in CATEGORIES}
