"""Customers, their members and API keys; who is asking, and the fence around what is theirs."""
