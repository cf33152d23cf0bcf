"""What a city brings along: names from OpenStreetMap, GTFS stops or a table, and its official boundaries."""
