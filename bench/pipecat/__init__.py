"""Pipecat, from the registry and in an environment of its own, under the driver of `bench.calls`."""
