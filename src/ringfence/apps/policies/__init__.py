"""Which versions of the policy were enforced, and since when."""
