"""Recognisers that run on this machine."""
