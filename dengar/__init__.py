"""Dengar listens to a city: it collects complaints, understands them and routes each to the unit that must act."""

__version__ = "0.1.0"
