"""Plans and lives: upgrade at once, downgrade at the end of the paid period, cancellation with days of grace.

ending        when the paid period ends, and when an account that was cancelled is erased. Pure
changing      what owners do: look, raise, confirm a lower plan, withdraw it
moving        what rests follows: bucket keys first, then the rows, soonest due first
cancellation  leaving, and coming back
"""
