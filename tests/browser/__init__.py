"""Pages in a real Chromium, over TLS, on a real database."""
