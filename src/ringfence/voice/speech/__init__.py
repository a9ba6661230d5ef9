"""Engines that hear, speak, think and notice speech, each behind a port."""
