"""What becomes of what rests: deletion, export; later retention, hold, backup and restore."""
