"""Scrapy spiders, one a site (none yet: the sites come with the other channels)."""
