"""Maps: the shapes of areas, where a point lies, the map of reports, and the operator's base map."""
