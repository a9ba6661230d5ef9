"""Carriers' connections, numbers, confirmed numbers, opt-outs, and the decision whether to dial."""
