"""The store: MongoDB through pymongo, one module a collection, one method a question."""

from dengar.store.store import Store

__all__ = ["Store"]
