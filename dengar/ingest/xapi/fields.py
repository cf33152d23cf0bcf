"""What is asked of X about a post, in each of its two vocabularies, and how an answer in either is read.

The newer one (`post.fields`, referenced_posts, note_post) is that of X's published contract; there the author, the
referenced posts and the history of edits come with expansions only. The older one (`tweet.fields`, referenced_tweets,
note_tweet) needs fewer expansions and still works. X answers an unknown name with silence, so each is asked in its own.

Whatever changes with every look (metrics, what is left of the time for edits) is not asked for: it would make a new
revision of every post that is read again.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from dengar.ingest.formats.row import plausible

Row: TypeAlias = Mapping[str, Any]

_PLACES_AND_MEDIA = {
    "media.fields": "alt_text,media_key,preview_image_url,type,url",
    "place.fields": "full_name,id,name,place_type",
}
ASKED: Mapping[str, Mapping[str, str]] = {
    "post": {
        "post.fields": "attachments,conversation_id,created_at,entities,geo,id,note_post,text,withheld",
        "expansions": "attachments.media_keys,author_id,edit_history_post_ids,geo.place_id,referenced_posts",
        **_PLACES_AND_MEDIA,
    },
    "tweet": {
        "tweet.fields": (
            "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,geo,id,note_tweet,"
            "referenced_tweets,text,withheld"
        ),
        "expansions": "attachments.media_keys,geo.place_id",
        **_PLACES_AND_MEDIA,
    },
}

_ID = re.compile(r"[0-9]{1,19}")


def read_row(data: bytes) -> Row | None:
    """Read JSON leniently; None for what is no object."""
    try:
        row = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def get_row(row: Row, *names: str) -> Row:
    """Give the first of these fields that is an object, else an empty one."""
    return next((found for name in names if isinstance(found := row.get(name), dict)), {})


def get_rows(row: Row, *names: str) -> list[Row]:
    """Give the objects of the first of these fields that is a list."""
    return [one for one in _get_list(row, names) if isinstance(one, dict)]


def get_text(row: Row, *names: str) -> str:
    """Give the first of these fields that is text and not empty."""
    return next((found for name in names if isinstance(found := row.get(name), str) and found), "")


def get_texts(row: Row, *names: str) -> list[str]:
    """Give the texts of the first of these fields that is a list."""
    return [one for one in _get_list(row, names) if isinstance(one, str)]


def _get_list(row: Row, names: Sequence[str]) -> list[object]:
    return next((found for name in names if isinstance(found := row.get(name), list)), [])


def is_id(text: str) -> bool:
    """Say whether this can be an id of X: 1 to 19 digits."""
    return bool(_ID.fullmatch(text))


def get_id(row: Row, name: str = "id") -> str:
    """Give an id, or nothing."""
    found = get_text(row, name)
    return found if is_id(found) else ""


def get_versions(row: Row) -> list[str]:
    """Give the ids of all versions of a post, the first one first; without a history its own id alone."""
    history = get_texts(row, "edit_history_post_ids", "edit_history_tweet_ids")
    return [one for one in history if is_id(one)] or [get_id(row)]


def find_reference(row: Row, kind: str) -> str | None:
    """Give the id of the post that this one answers (`replied_to`), quotes (`quoted`) or repeats (`retweeted`)."""
    references = get_rows(row, "referenced_posts", "referenced_tweets")
    return next((get_id(one) for one in references if get_text(one, "type") == kind and get_id(one)), None)


def get_time(row: Row, now: datetime) -> datetime | None:
    """Give when the post was made; None for what cannot be true."""
    try:
        time = datetime.fromisoformat(get_text(row, "created_at"))
    except ValueError:
        return None
    return plausible(time, now) if time.tzinfo else None
