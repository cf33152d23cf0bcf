"""Invented histories: reports with random lives, made by the same pure functions that decide real ones."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from deskwork import router
from made import NOW, make_labels, make_place, make_post

from dengar.errors import BadRequest
from dengar.models import Event, Post, Report, Staff
from dengar.routing import commands as do
from dengar.routing.acting import Situation, act
from dengar.routing.grouping import OpenReports
from dengar.routing.joining import Joiner
from dengar.routing.merging import Family, merge, split, unmerge
from dengar.routing.states import grow
from dengar.routing.ticking import tick

UNITS = ("kel:31.74.02.1001", "sudin:bina_marga:31.74", "sudin:lh:31.71", "dinas:bpbd", "utility:pln")
AREAS = ("31.74.02.1001", "31.71.01.1001", "31.75.01.1001", "31.73.01.1001")
CATEGORIES = ("sampah", "banjir", "jalan_rusak", "penerangan_jalan")
PERSON = Staff(name="sari", role="operator", key_hash="x", added_at=NOW)


def any_command(random: Random, others: list[str], posts: list[str]) -> do.Command:
    """Give a command that may or may not be possible."""
    return random.choice([
        do.Start(note="mulai"),
        do.Coordinate(units=(random.choice(UNITS),)),
        do.Dispatch(unit=random.choice(UNITS)),
        do.Reroute(unit=random.choice(UNITS), reason="bukan kami"),
        do.Close(note="sudah"),
        do.Close(),
        do.Reject(reason="bukan wewenang"),
        do.Reopen(reason="belum"),
        do.Ask(question="di mana?"),
        do.Resume(),
        do.Remark(text="catatan"),
        do.Settle(kinds=("category", "place", "unit", "other")),
        do.Categorise(category=random.choice(CATEGORIES), urgency="danger"),
        do.Locate(area=random.choice(AREAS)),
        do.Merge(into=random.choice(others)),
        do.Merge(into=random.choice(others)),
        do.Unmerge(),
        do.Unmerge(),
        do.Split(posts=tuple(random.sample(posts, min(len(posts), random.randint(1, 2))) or ["x"])),
        do.Rate(stars=random.randint(1, 5)),
        do.Verify(posts=tuple(posts[:1]) or ("x",)),
        do.Hide(reason="rahasia"),
        do.Show(),
    ])  # fmt: skip


class Village:
    """Some reports that may be merged with each other, in memory."""

    def __init__(self, random: Random, name: str) -> None:
        self._random = random
        self._name = name
        self._taken = 0
        self._now = NOW
        self.reports: dict[str, Report] = {}
        self.events: dict[str, list[Event]] = {}
        self._posts: dict[str, list[Post]] = {}

    def _take(self, _: datetime) -> str:
        self._taken += 1
        return f"DKI-{self._name}-{self._taken:06d}"

    def _keep(self, family: Family) -> None:
        for report in family.reports:
            self.reports[report.number] = report
        for event in family.events:
            self.events.setdefault(event.report, []).append(event)

    def hear(self) -> None:
        """Let somebody say something."""
        post = make_post(
            f"{self._name}-{self._random.randrange(10**9)}",
            self._random.choice(["Lubang besar di jalan", "Sampah menumpuk lagi", "Air naik", "Lampu padam semalaman"]),
            author=f"warga {self._random.randrange(8)}",
            created_at=self._now - timedelta(minutes=self._random.randrange(600)),
            observed_at=self._now,
            labels=make_labels(self._random.choice(CATEGORIES), abstained=self._random.random() < 0.2),
            place=make_place(self._random.choice(AREAS[:2])) if self._random.random() < 0.8 else None,
        )
        joiner = Joiner(router(), OpenReports(self.reports.values()), self._take, known={}, referenced={})
        joined = joiner.join(post, post.labels.category if post.labels and not post.labels.abstained else None)
        self._keep(Family(reports=tuple(joiner.touched.values()), events=tuple(joiner.events)))
        self._posts.setdefault(joined.report or "", []).append(joined)

    def decide(self) -> None:
        """Let a person or the clock do something."""
        self._now += timedelta(hours=self._random.choice([0, 1, 30, 200]))
        report = self.reports[self._random.choice(list(self.reports))]
        ticked = tick(report, self._now, router())
        try:
            self._keep(self._grow(report, ticked) if ticked else self._act(report))
        except BadRequest:
            return

    def _grow(self, report: Report, events: list[Event]) -> Family:
        grown, numbered = grow(report, *events)
        return Family(reports=(grown,), events=tuple(numbered))

    def _act(self, report: Report) -> Family:
        posts = self._posts.get(report.number, [])
        command = any_command(self._random, list(self.reports), [post.id for post in posts])
        place = make_place(command.area or "") if isinstance(command, do.Locate) else None
        post = posts[0] if posts else None
        given = Situation(report=report, who=PERSON, at=self._now, router=router(), post=post, place=place)
        if isinstance(command, do.Merge):
            return merge(report, self.reports[command.into], given.told)
        if isinstance(command, do.Unmerge):
            return self._unmerge(report, given.told)
        if isinstance(command, do.Split):
            return self._split(report, command, given.told)
        return self._grow(report, act(command, given))

    def _unmerge(self, report: Report, told: Event) -> Family:
        if report.duplicate_of is None:
            raise BadRequest("It is no duplicate.")
        winner = self.reports[report.duplicate_of]
        siblings = [self.reports[one] for one in winner.merged if one != report.number]
        return unmerge(
            report,
            winner,
            told,
            loser_history=self.events[report.number],
            winner_history=self.events[winner.number],
            siblings=siblings,
        )

    def _split(self, report: Report, command: do.Split, told: Event) -> Family:
        posts = [post for post in self._posts.get(report.number, []) if post.id in command.posts]
        if not posts:
            raise BadRequest("These are not its posts.")
        family = split(
            report,
            posts,
            told,
            number=self._take(told.at),
            history=self.events[report.number],
            duplicates=[self.reports[one] for one in report.merged],
        )
        self._posts[report.number] = [post for post in self._posts[report.number] if post not in posts]
        self._posts[family.reports[0].number] = [post.replace(report=family.reports[0].number) for post in posts]
        return family


def invent(random: Random, count: int) -> Iterator[Village]:
    """Give villages until their reports are so many, at least."""
    made = 0
    while made < count:
        village = Village(random, f"{made:06d}")
        for _ in range(random.randint(1, 5)):
            village.hear()
        for _ in range(random.randint(0, 15)):
            village.decide()
        made += len(village.reports)
        yield village
