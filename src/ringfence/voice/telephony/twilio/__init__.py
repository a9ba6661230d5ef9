"""Twilio: signed webhooks, TwiML, bidirectional Media Streams, the REST API."""
