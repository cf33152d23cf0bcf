"""What a resident uses: the form, and the page of a report."""
