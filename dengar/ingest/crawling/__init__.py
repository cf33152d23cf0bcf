"""What the spiders share: a crawl through Scrapy, pages cut into entries, and how far a list was read."""
