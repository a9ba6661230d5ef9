"""Voices, one folder each."""
