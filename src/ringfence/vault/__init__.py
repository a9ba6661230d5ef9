"""Keys, sealing, blind indexes, journals: the only cryptography of the platform."""
