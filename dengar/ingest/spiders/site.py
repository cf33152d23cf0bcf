"""Any site with a list of entries, described in the configuration: no code is needed for it."""

from dengar.ingest.crawling.kept import parse_entry
from dengar.ingest.crawling.lists import Cursor
from dengar.ingest.crawling.options import SiteSettings
from dengar.ingest.crawling.photos import complete_entry as complete
from dengar.ingest.crawling.sites import check_site as check
from dengar.ingest.crawling.sites import describe_site as describe
from dengar.ingest.crawling.sites import pull_site as pull
from dengar.models import Draft, Item

__all__ = ["Cursor", "Settings", "check", "complete", "describe", "parse", "pull"]


class Settings(SiteSettings):
    """Where the lists are, and the selectors of what is read."""

    channel: str = "situs"


def parse(item: Item) -> Draft:
    """Read one entry; raises Poison."""
    return parse_entry(item, Settings)
