"""What people ask of those who hold data about them, and by when it must be answered. It outlives the call it was asked in."""
