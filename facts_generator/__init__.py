"""Makes the data of `twinstack.facts`, and says whether it still is what the installed packages give."""
