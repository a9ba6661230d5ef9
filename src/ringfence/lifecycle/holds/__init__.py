"""Legal holds: the clock stands still for what they name, and for nothing else.

errors   what can go wrong
keys     calls' own keys, from the day's epoch to the hold's and back
holds    setting, widening, releasing; what is in force
"""
