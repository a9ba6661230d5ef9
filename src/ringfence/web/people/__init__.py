"""How people come in and stay in: what is asked at the door, and how the sign-in library is held to our ways."""
