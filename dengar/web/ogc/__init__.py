"""OGC API Features: reports and areas for geographic information systems such as QGIS."""
