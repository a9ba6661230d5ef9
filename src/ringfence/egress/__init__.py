"""The only way out of the installation for personal data."""
