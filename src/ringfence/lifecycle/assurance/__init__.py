"""How the promises are being kept: looked at while the platform runs (`looks`), tried on demand (`trials`), told together.

A promise has an id; the id leads to its look here, the look to the control's own status, the status to the page. What
nothing looks at or tries is a gap and says what is missing. A test holds the set of promises against this package.
"""
