"""The shapes of WhatsApp's Cloud API: only what is read of them, with a default wherever a message may lack it."""

import msgspec

from dengar.errors import Poison
from dengar.ingest.formats.row import LONGEST_TEXT, is_on_globe
from dengar.models import Point


class Media(msgspec.Struct, frozen=True):
    """A file; its bytes are fetched by its id."""

    id: str = ""
    mime_type: str = ""
    caption: str = ""


class Location(msgspec.Struct, frozen=True):
    """A point, and what its sender calls it."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class Words(msgspec.Struct, frozen=True):
    """What was written, or chosen from buttons and lists."""

    body: str = ""
    text: str = ""
    title: str = ""
    description: str = ""


class Choice(msgspec.Struct, frozen=True):
    """A button or a line of a list."""

    button_reply: Words = Words()
    list_reply: Words = Words()


class Context(msgspec.Struct, frozen=True):
    """Which message is answered, and whether this one was said by somebody else first."""

    id: str | None = None
    forwarded: bool = False
    frequently_forwarded: bool = False


class Change(msgspec.Struct, frozen=True):
    """Which message was edited or deleted, and what it says now."""

    original_message_id: str = ""
    message: "Message | None" = None


class Message(msgspec.Struct, frozen=True):
    """A message; which of the fields are there depends on its type."""

    id: str = ""
    type: str = ""
    sender: str = msgspec.field(name="from", default="")
    from_user_id: str = ""
    timestamp: str | int = ""
    text: Words = Words()
    button: Words = Words()
    interactive: Choice = Choice()
    image: Media = Media()
    document: Media = Media()
    video: Media = Media()
    location: Location | None = None
    context: Context = Context()
    edit: Change = Change()
    revoke: Change = Change()
    dengar_photo: str = ""

    @property
    def author(self) -> str:
        """The sender's WhatsApp id; a sender who shows no number has one that is only for us."""
        return self.sender or self.from_user_id

    @property
    def said(self) -> "Message":
        """What the message says: of an edit that is what it says now."""
        return self.edit.message or self

    @property
    def words(self) -> str:
        """The text, caption or choice."""
        choices = (self.interactive.button_reply, self.interactive.list_reply)
        chosen = [words for choice in choices for words in (choice.title, choice.description)]
        captions = (self.image.caption, self.document.caption, self.video.caption)
        written = (self.text.body, *captions, self.button.text, *chosen)
        return "\n".join(filter(None, written)).replace("\0", "").strip()[:LONGEST_TEXT]

    @property
    def photo(self) -> Media | None:
        """The picture, also one that was sent as a file."""
        pictures = (self.image, self.document if self.document.mime_type.startswith("image/") else Media())
        return next((one for one in pictures if one.id), None)

    @property
    def point(self) -> Point | None:
        """The location that was sent, if it can be real."""
        if self.location is None:
            return None
        point = Point(lat=self.location.latitude, lon=self.location.longitude)
        return point if is_on_globe(point) else None

    @property
    def place(self) -> str | None:
        """What the sender calls the location."""
        names = (self.location.name, self.location.address) if self.location else ()
        return ", ".join(filter(None, names)) or None


class Value(msgspec.Struct, frozen=True):
    """What happened; the statuses of our own messages and everything else are passed over."""

    messages: list[msgspec.Raw] = []


class Happening(msgspec.Struct, frozen=True):
    """One change of an account."""

    value: Value


class Entry(msgspec.Struct, frozen=True):
    """The changes of one account."""

    changes: list[Happening]


class Delivery(msgspec.Struct, frozen=True):
    """The body of a delivery."""

    entry: list[Entry]


def read(payload: bytes) -> Message:
    """Read a message's bytes; raises Poison when they are none."""
    try:
        message = msgspec.json.decode(payload, type=Message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Poison(f"The delivery is no message of WhatsApp: {error}.") from error
    if not message.said.type:
        raise Poison("The delivery is no message of WhatsApp: it has no type.")
    return message
