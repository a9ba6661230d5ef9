"""The synthetic caller: a carrier of our own that speaks the Twilio wire."""
