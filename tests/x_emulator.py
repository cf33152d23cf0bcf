"""An emulator of the parts of X's API that Dengar uses: a real HTTP server over posts in memory.

It is as strict as X: ids and times as bounds do not go together, search reaches back seven days, a field that the
vocabulary does not know is silently left out, deleted posts are problems beside the data. It counts what X would bill.
"""

import base64
import hashlib
import http.server
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

from made import NOW

Json: TypeAlias = dict[str, Any]

TOKEN = "app-token"
USER_TOKEN = "user-token"
CITY = "770011"
HANDLE = "@dkijakarta"
OAUTH = {
    "consumer_key": "key-of-the-app",
    "consumer_secret": "secret-of-the-app",
    "access_token": f"{CITY}-token-of-the-account",
    "access_token_secret": "secret-of-the-account",
}
PRICES = {"mentions": 0.001, "search": 0.005, "lookup": 0.005}
PROBLEMS = "https://api.x.com/2/problems/"
STREAM = "/2/tweets/search/stream"
EPOCH_MS = 1_288_834_974_657
WEEK = timedelta(days=7)
NAMES = {  # the newer vocabulary and the older one
    "post": ("edit_history_post_ids", "referenced_posts", "note_post", "posts"),
    "tweet": ("edit_history_tweet_ids", "referenced_tweets", "note_tweet", "tweets"),
}


@dataclass(frozen=True, kw_only=True)
class Post:
    """A post as it is kept here; `found_at` is when search knows it."""

    id: str
    text: str
    author: str
    at: datetime
    found_at: datetime
    versions: tuple[str, ...]
    refers: tuple[tuple[str, str], ...] = ()
    media: tuple[Json, ...] = ()
    place: Json | None = None
    point: tuple[float, float] | None = None
    note: str = ""
    urls: tuple[Json, ...] = ()
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request before it is answered."""

    method: str
    path: str
    query: dict[str, str]
    raw_query: str
    headers: dict[str, str]
    body: bytes
    address: str

    @property
    def json(self) -> Json:
        row: Json = json.loads(self.body)
        return row


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A request, and what was answered."""

    asked: Asked
    status: int
    answer: bytes


@dataclass
class Refusal(Exception):
    """What is answered instead of data."""

    status: int
    body: Json | bytes
    headers: dict[str, str] = field(default_factory=dict)


def problem(name: str, detail: str, **more: object) -> Json:
    return {"type": PROBLEMS + name, "title": name.replace("-", " ").title(), "detail": detail, **more}


def gone(native_id: str, name: str = "resource-not-found") -> Json:
    detail = f"Could not find tweet with ids: [{native_id}]."
    return problem(
        name, detail, resource_type="tweet", resource_id=native_id, parameter="ids", value=native_id
    )  # fmt: skip


def invalid(message: str, **parameters: str) -> Refusal:
    details = [{"message": message, "parameters": {name: [value] for name, value in parameters.items()}}]
    return Refusal(
        400, problem("invalid-request", "One or more parameters to your request was invalid.") | {"errors": details}
    )


def write_time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class XEmulator:
    """Posts, rules, jobs, and what was billed.

    `now` is its clock. `refusals` answer the next requests whose path holds the name; `wreck` spoils the next page:
    "cut" in the middle, "garble" its JSON, "shape" its names. `limits` are requests by path until the next reset.
    """

    def __init__(self) -> None:
        self.address = ""
        self.now: Callable[[], datetime] = lambda: NOW
        self.posts: dict[str, Post] = {}
        self.deleted: set[str] = set()
        self.protected: set[str] = set()
        self.troubled: set[str] = set()
        self.billed: Counter[str] = Counter()
        self.exchanges: list[Exchange] = []
        self.refusals: list[tuple[str, Refusal]] = []
        self.limits: dict[str, int] = {}
        self.wreck = ""
        self.fullest = 100  # X may give fewer than were asked for
        self.empty_pages = 0
        self.deaf = False  # to every field and expansion
        self.show_all_versions = False
        self.usage: Json = {"project_usage": "10", "project_cap": "1000", "cap_reset_day": 4, "project_id": "1"}
        self.rules: dict[str, Json] = {}
        self.streams: list[SimpleQueue[bytes | None]] = []
        self.heartbeat = 0.1
        self.connected = threading.Event()
        self.closed = threading.Event()
        self.beats = threading.Semaphore(0)  # one for each heartbeat
        self.jobs: dict[str, Json] = {}
        self.looks_per_job = 1
        self.failing_jobs = 0
        self.broken_urls: dict[str, str] = {}
        self.uploads: dict[str, list[str]] = {}
        self.scrubbed: set[str] = set()
        self._listener: Asked | None = None
        self._counter = 0
        self._lock = threading.RLock()

    @property
    def money(self) -> float:
        return sum(PRICES.get(name, 0.0) * count for name, count in self.billed.items())

    def add(
        self,
        text: str,
        *,
        author: str = "900001",
        at: datetime = NOW,
        found_at: datetime | None = None,
        **more: Any,  # noqa: ANN401  fields of Post
    ) -> str:
        """Publish a post; gives its id, which holds its time as X's ids do."""
        with self._lock:
            self._counter += 1
            native_id = str((int(at.timestamp() * 1000) - EPOCH_MS << 22) + self._counter)
            versions = (*more.pop("after", ()), native_id)
            post = Post(
                id=native_id, text=text, author=author, at=at, found_at=found_at or at, versions=versions, **more
            )
            self.posts[native_id] = post
            self._tell(post)
        return native_id

    def edit(self, native_id: str, text: str, at: datetime = NOW) -> str:
        """Publish a new version; gives its id."""
        before = self.posts[native_id]
        changed = self.add(text, author=before.author, at=at, after=before.versions, place=before.place)
        versions = self.posts[changed].versions
        for one in versions:
            self.posts[one] = replace(self.posts[one], versions=versions)
        return changed

    def answer(self, asked: Asked) -> tuple[int, Json | bytes]:
        """Answer a request with a status and JSON; raises Refusal."""
        with self._lock:
            for at, (name, refusal) in enumerate(self.refusals):
                if name in asked.path:
                    del self.refusals[at]
                    raise refusal
            self._count(asked.path)
            for pattern, method, handle, user in self._routes():
                if (found := re.fullmatch(pattern, asked.path)) and asked.method == method:
                    self._authorize(asked, user=user)
                    return handle(asked, *found.groups())
        raise Refusal(404, b"")

    def _routes(self) -> Sequence[tuple[str, str, Callable[..., tuple[int, Json | bytes]], str]]:
        return (
            (r"/2/users/me", "GET", self._get_me, "user"),
            (r"/2/users/(\d+)/mentions", "GET", self._get_mentions, "any"),
            (r"/2/tweets/search/recent", "GET", self._search, "any"),
            (r"/2/tweets/search/stream/rules", "GET", self._get_rules, "app"),
            (r"/2/tweets/search/stream/rules", "POST", self._change_rules, "app"),
            (r"/2/tweets", "GET", self._look_up, "any"),
            (r"/2/tweets", "POST", self._create, "user"),
            (r"/2/usage/tweets", "GET", self._get_usage, "app"),
            (r"/2/compliance/jobs", "GET", self._get_jobs, "app"),
            (r"/2/compliance/jobs", "POST", self._create_job, "app"),
            (r"/2/compliance/jobs/(\d+)", "GET", self._get_job, "app"),
            (r"/upload/(\d+)", "PUT", self._upload, "none"),
            (r"/download/(\d+)", "GET", self._download, "none"),
        )

    def _count(self, path: str) -> None:
        for name, left in self.limits.items():
            if name in path:
                if not left:
                    reset = int((self.now() + timedelta(minutes=15)).timestamp())
                    body = {
                        "title": "Too Many Requests",
                        "detail": "Too Many Requests",
                        "type": "about:blank",
                        "status": 429,
                    }
                    raise Refusal(429, body, {"x-rate-limit-reset": str(reset), "x-rate-limit-remaining": "0"})
                self.limits[name] = left - 1

    def _authorize(self, asked: Asked, *, user: str) -> None:
        given = asked.headers.get("authorization", "")
        if user == "none":
            assert not given, "a token was sent to a storage address"
            return
        is_user = given == f"Bearer {USER_TOKEN}" or (given.startswith("OAuth ") and is_signed(asked))
        if (user == "user" and given == f"Bearer {TOKEN}") or (user == "app" and is_user):
            kind = "App-Only" if user == "user" else "User Context"
            says = f"Authenticating with OAuth 2.0 {kind} is forbidden for this endpoint."
            raise Refusal(403, problem("unsupported-authentication", says))
        if given != f"Bearer {TOKEN}" and not is_user:
            body = {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}
            raise Refusal(401, body)

    # reading

    def _get_mentions(self, asked: Asked, user: str) -> tuple[int, Json | bytes]:
        found = [post for post in self._visible() if user == CITY and HANDLE in post.text.lower()]
        return self._give_page("mentions", asked, found[:800], fewest=5)

    def _search(self, asked: Asked) -> tuple[int, Json | bytes]:
        query = re.sub(r"-?(is|lang|has):\S+", "", asked.query.get("query", ""))
        words = [word.strip(" ()").lower() for word in query.split(" OR ")]
        if not any(words):
            raise invalid("There were errors processing your request: missing EOF", query=asked.query.get("query", ""))
        self._refuse_old(asked)
        found = [
            post
            for post in self._visible()
            if post.at > self.now() - WEEK
            and post.found_at <= self.now()
            and any(word in post.text.lower() for word in words)
        ]
        return self._give_page("search", asked, found, fewest=10)

    def _visible(self) -> list[Post]:
        posts = (
            post for post in self.posts.values() if post.id not in self.deleted and post.author not in self.protected
        )
        newest = [post for post in posts if self.show_all_versions or post.id == post.versions[-1]]
        return sorted(newest, key=lambda post: int(post.id), reverse=True)

    def _refuse_old(self, asked: Asked) -> None:
        oldest = self.now() - WEEK
        for name in ("since_id", "until_id"):
            if (native_id := asked.query.get(name)) and time_of(native_id) < oldest:
                raise invalid(f"'{name}' must be a tweet id created after {write_time(oldest)}.", **{name: native_id})
        for name in ("start_time", "end_time"):
            if (at := asked.query.get(name)) and datetime.fromisoformat(at) < oldest:
                raise invalid(f"'{name}' must be on or after {write_time(oldest)}.", **{name: at})

    def _give_page(self, name: str, asked: Asked, found: Sequence[Post], *, fewest: int) -> tuple[int, Json | bytes]:
        query = asked.query
        ids, times = {"since_id", "until_id"} & set(query), {"start_time", "end_time"} & set(query)
        if ids and times:
            raise invalid("Invalid use of 'since_id' or 'until_id' in conjunction with 'start_time' or 'end_time'.")
        if (end := query.get("end_time")) and datetime.fromisoformat(end) > self.now() - timedelta(seconds=10):
            raise invalid("'end_time' must be a minimum of 10 seconds prior to the request time.", end_time=end)
        most = int(query.get("max_results", "10"))
        if not fewest <= most <= 100:
            raise invalid(f"The `max_results` query parameter value [{most}] is not between {fewest} and 100")
        inside = [post for post in found if _is_inside(post, query)]
        mark = self._read_token(asked)
        rest = [post for post in inside if mark is None or int(post.id) < mark]
        page = rest[: min(most, self.fullest)]
        if self.empty_pages:
            self.empty_pages -= 1
            page = []
        follows = len(rest) > len(page)
        self.billed[name] += len(page)
        meta: Json = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
        if follows:
            last = page[-1].id if page else str(mark or 10**19 - self.empty_pages)
            meta["next_token"] = self._make_token(asked, last)
        body = self._render_all(page, asked.query) | {"meta": meta}
        if not self.wreck:
            return 200, body
        wreck, self.wreck = self.wreck, ""
        return _spoil(body, wreck)

    def _make_token(self, asked: Asked, last: str) -> str:
        return base64.b32hexencode(f"{_fingerprint(asked)}:{last}".encode()).decode().rstrip("=").lower()

    def _read_token(self, asked: Asked) -> int | None:
        token = asked.query.get("pagination_token") or asked.query.get("next_token")
        if token is None:
            return None
        padded = token.upper() + "=" * (-len(token) % 8)
        fingerprint, _, last = base64.b32hexdecode(padded).decode().partition(":")
        if fingerprint != _fingerprint(asked):
            raise invalid("The token belongs to another request.", pagination_token=token)
        return int(last)

    def _look_up(self, asked: Asked) -> tuple[int, Json | bytes]:
        ids = asked.query.get("ids", "").split(",")
        if len(ids) > 100:
            raise invalid("The number of values in the `ids` query parameter list [101] is not between 1 and 100")
        found, errors = [], []
        for native_id in ids:
            post = self.posts.get(native_id)
            if native_id in self.troubled:
                errors.append(problem("internal-error", "Over capacity.") | {"resource_id": native_id})
            elif post is None or self.deleted & set(post.versions):
                errors.append(gone(native_id))
            elif post.author in self.protected:
                errors.append(gone(native_id, "not-authorized-for-resource"))
            else:
                found.append(post)
        self.billed["lookup"] += len(found)
        body = self._render_all(found, asked.query)
        body["errors"] = [*body.get("errors", []), *errors]
        return 200, {name: value for name, value in body.items() if value}

    # rendering

    def _render_all(self, posts: Sequence[Post], query: Mapping[str, str]) -> Json:
        vocabulary = "post" if "post.fields" in query or "tweet.fields" not in query else "tweet"
        fields = set() if self.deaf else set(query.get(f"{vocabulary}.fields", "").split(","))
        expansions = set() if self.deaf else set(query.get("expansions", "").split(","))
        body: Json = {"data": [self._render(post, vocabulary, fields, expansions) for post in posts]} if posts else {}
        referred = (
            [native_id for post in posts for _, native_id in post.refers] if "referenced_posts" in expansions else []
        )
        known = [self.posts[one] for one in dict.fromkeys(referred) if one in self.posts and one not in self.deleted]
        includes: Json = {
            "users": [
                _render_user(one) for one in dict.fromkeys(post.author for post in posts) if "author_id" in expansions
            ],
            "media": [one for post in posts for one in post.media if "attachments.media_keys" in expansions],
            "places": [post.place for post in posts if post.place and "geo.place_id" in expansions],
            NAMES[vocabulary][3]: [self._render(post, vocabulary, fields, expansions) for post in known],
        }
        includes = {name: found for name, found in includes.items() if found}
        if includes:
            body["includes"] = includes
        if errors := [gone(one) for one in dict.fromkeys(referred) if one not in self.posts or one in self.deleted]:
            body["errors"] = errors
        return body

    def _render(self, post: Post, vocabulary: str, fields: set[str], expansions: set[str]) -> Json:
        history, references, note, _ = NAMES[vocabulary]
        is_older = vocabulary == "tweet"
        everything: Json = {
            "id": post.id,
            "text": post.text,
            history: list(post.versions),
            "author_id": post.author,
            "created_at": write_time(post.at),
            "conversation_id": post.refers[0][1] if post.refers else post.id,
            references: [{"type": kind, "id": native_id} for kind, native_id in post.refers],
            "attachments": {"media_keys": [one["media_key"] for one in post.media]} if post.media else None,
            "geo": self._render_geo(post),
            note: {"text": post.note, "entities": {"urls": list(post.urls)}} if post.note else None,
            "entities": {"urls": list(post.urls)} if post.urls else None,
            "withheld": {"copyright": False, "country_codes": list(post.withheld)} if post.withheld else None,
            "public_metrics": {"like_count": int(time.monotonic() * 1000)},
        }
        shown = {"id", "text"} | (fields & set(everything))
        if is_older:
            shown |= {history}
        else:
            shown -= {"author_id", history, references}
            shown |= expansions & {"author_id", history, references}
        return {name: value for name, value in everything.items() if name in shown and value}

    @staticmethod
    def _render_geo(post: Post) -> Json | None:
        geo: Json = {"place_id": post.place["id"]} if post.place else {}
        if post.point:
            geo["coordinates"] = {"type": "Point", "coordinates": list(post.point)}
        return geo or None

    # the rest

    def _get_me(self, asked: Asked) -> tuple[int, Json | bytes]:
        del asked
        self.billed["user"] += 1
        return 200, {"data": _render_user(CITY)}

    def _get_usage(self, asked: Asked) -> tuple[int, Json | bytes]:
        del asked
        return 200, {"data": self.usage}

    def _create(self, asked: Asked) -> tuple[int, Json | bytes]:
        row = asked.json
        to = row.get("reply", {}).get("in_reply_to_tweet_id")
        if to is not None and (to not in self.posts or to in self.deleted):
            detail = "You attempted to reply to a Tweet that is deleted or not visible to you."
            raise Refusal(403, {"title": "Forbidden", "type": "about:blank", "status": 403, "detail": detail})
        native_id = self.add(row["text"], author=CITY, at=self.now(), refers=(("replied_to", to),) if to else ())
        return 201, {"data": {"id": native_id, "text": row["text"], "edit_history_post_ids": [native_id]}}

    def _get_rules(self, asked: Asked) -> tuple[int, Json | bytes]:
        del asked
        body: Json = {"meta": {"result_count": len(self.rules)}}
        return 200, ({"data": list(self.rules.values())} if self.rules else {}) | body

    def _change_rules(self, asked: Asked) -> tuple[int, Json | bytes]:
        row = asked.json
        for native_id in row.get("delete", {}).get("ids", []):
            del self.rules[native_id]
        added = []
        for rule in row.get("add", []):
            if len(rule["value"]) > 1024:
                detail = "Rule must be at most 1024 characters."
                return 200, {"errors": [problem("invalid-request", detail)], "meta": {"summary": {"created": 0}}}
            self._counter += 1
            added.append({"id": str(7_000_000 + self._counter), **rule})
        self.rules |= {rule["id"]: rule for rule in added}
        meta = {"meta": {"sent": write_time(self.now()), "summary": {"created": len(added)}}}
        return 200, ({"data": added} if added else {}) | meta

    def _get_jobs(self, asked: Asked) -> tuple[int, Json | bytes]:
        del asked
        jobs = [{name: value for name, value in job.items() if name != "looks"} for job in self.jobs.values()]
        return 200, ({"data": jobs} if jobs else {}) | {"meta": {"result_count": len(jobs)}}

    def _create_job(self, asked: Asked) -> tuple[int, Json | bytes]:
        if any(job["status"] == "in_progress" for job in self.jobs.values()):
            raise Refusal(
                409, {"title": "Conflict", "type": "about:blank", "status": 409, "detail": "A job is running."}
            )
        self._counter += 1
        native_id = str(8_000_000 + self._counter)
        self.jobs[native_id] = {
            "id": native_id,
            "type": asked.json["type"],
            "name": asked.json["name"],
            "status": "created",
            "upload_url": f"{asked.address}/upload/{native_id}?signature=very-secret",
            "download_url": f"{asked.address}/download/{native_id}?signature=very-secret",
            "created_at": write_time(self.now()),
        } | self.broken_urls
        return 200, {"data": self.jobs[native_id]}

    def _upload(self, asked: Asked, native_id: str) -> tuple[int, Json | bytes]:
        self.uploads[native_id] = asked.body.decode().split()
        self.jobs[native_id]["status"] = "in_progress"
        self.jobs[native_id]["looks"] = self.looks_per_job
        return 200, b""

    def _get_job(self, asked: Asked, native_id: str) -> tuple[int, Json | bytes]:
        del asked
        job = self.jobs[native_id]
        if job["status"] == "in_progress":
            job["looks"] -= 1
            if job["looks"] <= 0:
                job["status"] = "failed" if self.failing_jobs else "complete"
                self.failing_jobs = max(0, self.failing_jobs - 1)
        return 200, {"data": {name: value for name, value in job.items() if name != "looks"}}

    def _download(self, asked: Asked, native_id: str) -> tuple[int, Json | bytes]:
        del asked
        reasons = [(one, self._reason(one)) for one in self.uploads[native_id]]
        rows = [
            {
                "id": one,
                "action": "delete",
                "created_at": write_time(NOW),
                "redacted_at": write_time(NOW),
                "reason": reason,
            }
            for one, reason in reasons
            if reason
        ]
        return 200, "".join(json.dumps(row) + "\n" for row in rows).encode()

    def _reason(self, native_id: str) -> str:
        post = self.posts.get(native_id)
        if post is None or native_id in self.deleted:
            return "deleted"
        return "protected" if post.author in self.protected else "scrub_geo" if native_id in self.scrubbed else ""

    # the stream

    def _tell(self, post: Post) -> None:
        matching = [
            {"id": rule["id"], "tag": rule.get("tag", "")}
            for rule in self.rules.values()
            if any(word.strip().lower() in post.text.lower() for word in rule["value"].split(" OR "))
        ]
        if matching:
            self.send({"data": {"id": post.id, "text": post.text}, "matching_rules": matching})

    def send(self, message: Json) -> None:
        """Send a message to whoever listens."""
        line = json.dumps(message).encode()
        for stream in self.streams:
            self.billed["stream"] += "data" in message
            stream.put(line + b"\r\n")
        if self._listener:
            self.exchanges.append(Exchange(asked=self._listener, status=200, answer=line))

    def hang_up(self) -> None:
        """Break every stream."""
        for stream in self.streams:
            stream.put(None)

    def end_streams(self) -> None:
        """End every stream as HTTP wants it."""
        for stream in self.streams:
            stream.put(b"")

    def open_for_others(self) -> None:
        """Take the only connection."""
        self.streams.append(SimpleQueue())

    def close_stream(self, stream: "SimpleQueue[bytes | None]") -> None:
        """Forget a stream."""
        with self._lock:
            self.streams.remove(stream)
            self.connected.clear()
            self.closed.set()

    def open_stream(self, asked: Asked) -> SimpleQueue[bytes | None]:
        """Open a stream; raises Refusal."""
        with self._lock:
            for at, (name, refusal) in enumerate(self.refusals):
                if name in asked.path:
                    del self.refusals[at]
                    raise refusal
            self._authorize(asked, user="app")
            if not self.rules:
                raise Refusal(
                    409, {"title": "RuleConfigurationIssue", "detail": "You must define rules", "type": "about:blank"}
                )
            if self.streams:
                body = problem(
                    "streaming-connection", "This stream is currently at the maximum allowed connection limit."
                )
                raise Refusal(429, body)
            self._listener = asked
            self.streams.append(SimpleQueue())
            return self.streams[-1]


def time_of(native_id: str) -> datetime:
    return datetime.fromtimestamp(((int(native_id) >> 22) + EPOCH_MS) / 1000, UTC)


def is_signed(asked: Asked) -> bool:
    """Check an OAuth 1.0a signature, which covers the address that was asked."""
    from oauthlib.oauth1 import Client  # type: ignore[import-untyped]

    given = {name: unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', asked.headers["authorization"])}
    client = Client(
        OAUTH["consumer_key"],
        client_secret=OAUTH["consumer_secret"],
        resource_owner_key=OAUTH["access_token"],
        resource_owner_secret=OAUTH["access_token_secret"],
        nonce=given.get("oauth_nonce"),
        timestamp=given.get("oauth_timestamp"),
    )
    url = f"{asked.address}{asked.path}" + (f"?{asked.raw_query}" if asked.raw_query else "")
    _, headers, _ = client.sign(url, http_method=asked.method)
    wanted = re.search(r'oauth_signature="([^"]*)"', headers["Authorization"])
    return wanted is not None and unquote(wanted[1]) == given.get("oauth_signature")


def _is_inside(post: Post, query: Mapping[str, str]) -> bool:
    at = post.at.replace(microsecond=0) if "end_time" in query or "start_time" in query else post.at
    return (
        int(post.id) > int(query.get("since_id", "0"))
        and int(post.id) < int(query.get("until_id", str(10**19)))
        and at >= datetime.fromisoformat(query.get("start_time", "2006-03-21T00:00:00Z"))
        and at < datetime.fromisoformat(query.get("end_time", "9999-12-31T00:00:00Z"))
    )


def _fingerprint(asked: Asked) -> str:
    bounds = {
        name: value
        for name, value in asked.query.items()
        if name not in {"pagination_token", "next_token", "max_results"}
    }
    return hashlib.sha256(json.dumps([asked.path, bounds], sort_keys=True).encode()).hexdigest()[:8]


def _render_user(native_id: str) -> Json:
    return {"id": native_id, "username": f"warga{native_id}", "name": "Warga"}


def _spoil(body: Json, wreck: str) -> tuple[int, Json | bytes]:
    if wreck == "shape":
        return 200, {"statuses": body["data"]}
    text = json.dumps(body).encode()
    return (200, text[:-1]) if wreck == "garble" else (-200, text)


class _Handler(http.server.BaseHTTPRequestHandler):
    """One connection to the emulator."""

    protocol_version = "HTTP/1.1"
    emulator: XEmulator

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_PUT(self) -> None:
        self._handle()

    def _handle(self) -> None:
        parts = urlsplit(self.path)
        asked = Asked(
            method=self.command,
            path=parts.path,
            query={name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()},
            raw_query=parts.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("content-length") or 0)),
            address=f"http://{self.headers['host']}",
        )
        try:
            if asked.path == STREAM:
                self._stream(self.emulator.open_stream(asked))
            else:
                self._send(asked, *self.emulator.answer(asked))
        except Refusal as refusal:
            self._send(asked, refusal.status, refusal.body, refusal.headers)

    def _send(self, asked: Asked, status: int, answer: Json | bytes, more: Mapping[str, str] | None = None) -> None:
        is_cut, status = status < 0, abs(status)
        data = answer if isinstance(answer, bytes) else json.dumps(answer, ensure_ascii=False).encode()
        self.emulator.exchanges.append(Exchange(asked=asked, status=status, answer=data))
        kind = "application/json" if status < 400 else "application/problem+json"
        self.send_response(status)
        for name, value in {"content-type": kind, "content-length": str(len(data)), **(more or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if is_cut else data)
        self.close_connection = self.close_connection or is_cut

    def _stream(self, queue: "SimpleQueue[bytes | None]") -> None:
        self.close_connection = True
        try:
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            self.emulator.connected.set()
            while (line := self._next_line(queue)) is not None:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                if not line:
                    return
        except OSError:
            return
        finally:
            self.emulator.close_stream(queue)

    def _next_line(self, queue: "SimpleQueue[bytes | None]") -> bytes | None:
        try:
            return queue.get(timeout=self.emulator.heartbeat)
        except Empty:
            self.emulator.beats.release()
            return b"\r\n"

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def run_x() -> Iterator[XEmulator]:
    """Run an emulator on a port of its own."""
    emulator = XEmulator()
    handler = type("Handler", (_Handler,), {"emulator": emulator})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        emulator.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield emulator
        finally:
            emulator.hang_up()
            server.shutdown()
