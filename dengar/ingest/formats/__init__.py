"""Reading wire formats that several channels share: messages, rows, HTML, photos, dates."""
