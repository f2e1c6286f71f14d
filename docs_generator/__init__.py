"""Writes the pages of docs/ that come from the code: one for each room, with what it really makes."""
