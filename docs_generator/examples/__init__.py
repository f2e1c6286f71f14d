"""One small product for each room: what its page shows, and what is synthesized for it."""
