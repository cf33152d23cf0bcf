"""How Scrapy is set up: every setting that differs from its defaults, each with its reason."""

from typing import Any

from dengar.ingest.fetch import LARGEST_BYTES, USER_AGENT

ROBOTS_NAME = USER_AGENT.partition("/")[0]
LONGEST_DELAY = 60.0  # seconds; with more, a run of a hundred pages would last for hours
MOST_REDIRECTS = 5
_MIDDLEWARES = "scrapy.downloadermiddlewares"
_OURS = "dengar.ingest.crawling.manners"


def scrapy_settings(delay: float, timeout: float) -> dict[str, Any]:
    """Give Scrapy's settings for one crawl; both times are in seconds."""
    return {
        # Scrapy 2.19 opens a port through which code can be run, and a telnet console.
        "REMOTE_CONTROL_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        # No extension is needed: what they count and log stands in the run's row.
        "EXTENSIONS_BASE": {},
        "STATS_DUMP": False,
        # By default any certificate is taken (scrapy#5747).
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        # We are guests: robots.txt counts, pages are asked for one by one, and we say who we are.
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": ROBOTS_NAME,
        "USER_AGENT": USER_AGENT,
        "DEFAULT_REQUEST_HEADERS": {
            "Accept": "text/html,application/xhtml+xml,image/*;q=0.5",
            "Accept-Language": "id,en;q=0.5",
        },
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": delay,
        "DOWNLOAD_DELAY_JITTER": 0,
        # A page that never ends, or swells when it is unpacked, must not take the machine with it.
        "DOWNLOAD_TIMEOUT": timeout,
        "DOWNLOAD_MAXSIZE": LARGEST_BYTES,
        # Only what a second look may mend is asked for again; with 429 and 503 a site asks us to stay away.
        "RETRY_TIMES": 2,
        "RETRY_HTTP_CODES": [500, 502, 504, 522, 524],
        "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",  # the run tells
        # Redirects are followed within the source's own hosts alone; those written into a page are not.
        "METAREFRESH_ENABLED": False,
        "REDIRECT_MAX_TIMES": MOST_REDIRECTS,
        # Every request ends as a page or as an error that says why: nothing is dropped without a word.
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
        "HTTPERROR_ALLOW_ALL": True,
        "URLLENGTH_LIMIT": 0,
        "DOWNLOADER_MIDDLEWARES": {
            f"{_MIDDLEWARES}.offsite.OffsiteMiddleware": None,
            f"{_MIDDLEWARES}.robotstxt.RobotsTxtMiddleware": None,
            f"{_MIDDLEWARES}.httpcompression.HttpCompressionMiddleware": None,
            f"{_MIDDLEWARES}.redirect.RedirectMiddleware": None,
            f"{_OURS}.Robots": 100,
            f"{_OURS}.Refusals": 540,  # it sees an answer when Scrapy tries no more
            f"{_OURS}.Compression": 590,
            f"{_OURS}.Redirects": 600,
        },
    }
