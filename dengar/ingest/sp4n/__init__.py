"""The forms in which LAPOR! gives its reports."""
