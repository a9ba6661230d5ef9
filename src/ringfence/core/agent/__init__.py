"""An agent as a definition: parsed from YAML, checked with line and reason, the same in console, API and call."""
