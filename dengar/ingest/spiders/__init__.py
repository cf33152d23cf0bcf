"""The spiders: collectors that read web sites, by selectors, through Scrapy."""
