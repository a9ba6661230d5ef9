"""Support requests, what customers release for them, and the glass that two people may break."""
