"""What others may read of reports: one filter, one public row, and the formats it is written in."""
