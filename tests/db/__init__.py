"""Tests against a real PostgreSQL, each as the login that would do the same in service."""
