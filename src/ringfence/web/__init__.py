"""The console, the public pages and the API."""
