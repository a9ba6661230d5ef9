"""The promises as data, the catalogue of all that rests, and the decisions drawn from them. Pure."""
