"""The browser: our own wire over a WebSocket, microphone or keyboard."""
