"""media: cleaned photos, once each, by the digest of their bytes."""

from collections.abc import Sequence

import gridfs
from bson import ObjectId

from dengar.models import Photo
from dengar.store.documents import Data


class MediaFiles:
    """Answers: what does this photo show."""

    def __init__(self, data: Data) -> None:
        self._files = gridfs.GridFSBucket(data, bucket_name="media")

    def save(self, photos: Sequence[tuple[str, Photo]]) -> None:
        """Store photos under their ids; a known one is left alone."""
        for media_id, photo in photos:
            if not next(self._files.find({"filename": media_id}).limit(1), None):
                self._files.upload_from_stream_with_id(
                    ObjectId(), media_id, photo.data, metadata={"media_type": photo.media_type}
                )

    def drop(self, media_ids: Sequence[str]) -> None:
        """Delete photos."""
        for file in self._files.find({"filename": {"$in": list(media_ids)}}):
            self._files.delete(file._id)  # noqa: SLF001  GridOut has no other name for it

    def find(self, media_id: str) -> tuple[bytes, str] | None:
        """Give a photo's bytes and media type."""
        file = next(self._files.find({"filename": media_id}).limit(1), None)
        return (file.read(), (file.metadata or {})["media_type"]) if file else None
