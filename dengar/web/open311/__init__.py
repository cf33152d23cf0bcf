"""Open311 (GeoReport v2): the reports for programs that speak the cities' common language, and a door to send some."""
