"""The console: pages for members, one module a noun."""
