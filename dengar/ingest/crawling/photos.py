"""Photos that an entry shows: named when it is kept, fetched before it is judged."""

from datetime import datetime

from dengar.ingest.crawling.crawl import open_crawl
from dengar.ingest.crawling.kept import attach, name_photos
from dengar.ingest.crawling.options import CrawlSettings
from dengar.ingest.formats.exif import LARGEST_BYTES
from dengar.models import Item


def complete_entry(settings: CrawlSettings, item: Item, now: datetime) -> Item:
    """Give the item with its photos kept with it, as far as they are there; raises StopSource."""
    wanted = name_photos(item.payload)
    if not wanted:
        return item
    with open_crawl(settings.hosts, delay=settings.delay, timeout=settings.timeout, clock=lambda: now) as crawl:
        files = [crawl.fetch(url, is_file=True).body for url in wanted]
    return item.replace(payload=attach(item.payload, [file for file in files if 0 < len(file) <= LARGEST_BYTES]))
