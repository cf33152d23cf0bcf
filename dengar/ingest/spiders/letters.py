"""Surat pembaca: letters to the editor of a news site, a list of links with each letter on a page of its own."""

from dengar.ingest.crawling.kept import parse_entry
from dengar.ingest.crawling.lists import Cursor
from dengar.ingest.crawling.options import SiteSettings
from dengar.ingest.crawling.photos import complete_entry as complete
from dengar.ingest.crawling.selecting import SelectorText
from dengar.ingest.crawling.sites import check_site as check
from dengar.ingest.crawling.sites import describe_site as describe
from dengar.ingest.crawling.sites import pull_site as pull
from dengar.models import Draft, Item

__all__ = ["Cursor", "Settings", "check", "complete", "describe", "parse", "pull"]


class Settings(SiteSettings):
    """The list's address; the selectors are those of usual news sites and of their letters."""

    channel: str = "surat_pembaca"
    entry: SelectorText = "main article, .list-surat li, .article-list article"
    link: SelectorText = "h2 a, h3 a, a"
    title: SelectorText = "h1, h2, h3"
    article: SelectorText = "main article, article.detail, .article-content"
    text: SelectorText = "[itemprop=articleBody] p, .isi-surat p, .article-body p"
    author: SelectorText = "[itemprop=author], .penulis, .author"
    date: SelectorText = "time, .tanggal, .date"
    photo: SelectorText = ".isi-surat img, [itemprop=articleBody] img"
    place: SelectorText = ".alamat, .lokasi"
    next: SelectorText = "a[rel=next], .pagination .next a, .paging a.next"
    empty: SelectorText = ".kosong, .no-results"


def parse(item: Item) -> Draft:
    """Read one letter; raises Poison."""
    return parse_entry(item, Settings)
