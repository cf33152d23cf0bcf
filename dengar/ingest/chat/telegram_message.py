"""The shapes of Telegram's Bot API: only what is read of them, with a default wherever a message may lack it."""

import msgspec

from dengar.errors import Poison
from dengar.ingest.formats.row import LONGEST_TEXT, is_on_globe
from dengar.models import Point

Anything = dict[str, object] | None


class Chat(msgspec.Struct, frozen=True):
    """Where something is said; `type` is private, group, supergroup or channel."""

    id: int
    type: str = ""


class User(msgspec.Struct, frozen=True):
    """Who says it."""

    id: int
    username: str = ""


class Entity(msgspec.Struct, frozen=True):
    """A part of the text that means something."""

    type: str = ""
    offset: int = 0
    length: int = 0


class Photo(msgspec.Struct, frozen=True):
    """One size of a photo, or a file."""

    file_id: str = ""
    width: int = 0
    height: int = 0
    file_size: int = 0
    mime_type: str = ""


class Location(msgspec.Struct, frozen=True):
    """A point; one that moves along has a period."""

    latitude: float
    longitude: float


class Venue(msgspec.Struct, frozen=True):
    """What a place is called; its point stands in the message as well."""

    title: str = ""
    address: str = ""


class Origin(msgspec.Struct, frozen=True):
    """Where a forwarded message was said first; only of channels is it told which message it was."""

    chat: Chat | None = None
    message_id: int = 0


class Answered(msgspec.Struct, frozen=True):
    """The message that is answered."""

    message_id: int
    sender: User | None = msgspec.field(name="from", default=None)


class Message(msgspec.Struct, frozen=True):
    """A message; which of the fields are there depends on what was sent."""

    message_id: int
    chat: Chat
    date: int = 0
    sender: User | None = msgspec.field(name="from", default=None)
    sender_chat: Chat | None = None
    text: str = ""
    caption: str = ""
    entities: tuple[Entity, ...] = ()
    photo: tuple[Photo, ...] = ()
    document: Photo | None = None
    location: Location | None = None
    venue: Venue = Venue()
    voice: Anything = None
    audio: Anything = None
    video: Anything = None
    video_note: Anything = None
    reply_to_message: Answered | None = None
    forward_origin: Origin | None = None
    dengar_photo: str = ""

    @property
    def id(self) -> str:
        """The message's name: numbers of messages count within their chat."""
        return f"{self.chat.id}:{self.message_id}"

    @property
    def author(self) -> str:
        """Who speaks: a person, or a group in whose name an administrator speaks."""
        speaker = self.sender_chat or self.sender
        return str(speaker.id) if speaker else ""

    @property
    def command(self) -> str:
        """The command that the message begins with, without its stroke and the bot's name; empty: none."""
        found = [one for one in self.entities if one.type == "bot_command" and one.offset == 0]
        return self.text[1 : found[0].length].partition("@")[0].lower() if found else ""

    @property
    def words(self) -> str:
        """The text or caption; of a command what follows it, if anything does."""
        text = (self.text or self.caption).replace("\0", "").strip()
        behind = text.partition(" ")[2].strip() if self.command else ""
        return (behind or text)[:LONGEST_TEXT]

    @property
    def picture(self) -> Photo | None:
        """The largest size of the photo, or a picture that was sent as a file."""
        if self.photo:
            return max(self.photo, key=lambda size: size.width * size.height)
        return self.document if self.document and self.document.mime_type.startswith("image/") else None

    @property
    def point(self) -> Point | None:
        """The location that was sent, if it can be real."""
        if self.location is None:
            return None
        point = Point(lat=self.location.latitude, lon=self.location.longitude)
        return point if is_on_globe(point) else None

    @property
    def place(self) -> str | None:
        """What the location is called."""
        return ", ".join(filter(None, (self.venue.title, self.venue.address))) or None

    @property
    def is_silent(self) -> bool:
        """Say whether nobody says anything: somebody joined, a title changed."""
        unread = (self.voice, self.audio, self.video, self.video_note)
        return not (self.words or self.picture or self.location or self.document or any(one for one in unread))


class Update(msgspec.Struct, frozen=True):
    """The body of a delivery; news of other kinds have neither field."""

    update_id: int
    message: msgspec.Raw = msgspec.Raw()
    edited_message: msgspec.Raw = msgspec.Raw()


def read(payload: bytes) -> Message:
    """Read a message's bytes; raises Poison when they are none."""
    try:
        return msgspec.json.decode(payload, type=Message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Poison(f"The delivery is no message of Telegram: {error}.") from error
