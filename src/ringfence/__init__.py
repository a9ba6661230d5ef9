"""Ringfence: AI phone calls under a privacy policy that the platform runs."""

__version__ = "0.1.0"
