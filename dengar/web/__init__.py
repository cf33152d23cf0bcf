"""The web: public pages, the report form, the JSON API and the webhooks."""
