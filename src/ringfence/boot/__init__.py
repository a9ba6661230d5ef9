"""The only reader of the environment: wires implementations and starts processes."""
