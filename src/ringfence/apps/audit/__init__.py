"""Who did what, when and to which thing: plain inserts beside what they tell of, in ids only."""
