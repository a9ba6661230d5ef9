"""Agents, their immutable published versions, and the engines an account brings."""
