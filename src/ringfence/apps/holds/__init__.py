"""Legal holds: what stands still, at whose word, why and until when."""
