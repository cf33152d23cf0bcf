"""Rivers, floodgates and pumps of the city; how high the water stands; how deep people say it is."""
