"""The register of recipients, what each of them was given, and what was refused."""
