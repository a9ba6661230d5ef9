"""The synthetic caller that is shipped: audio, and the order in which it is spoken."""
