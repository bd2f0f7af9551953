"""The home folder: what it began with, how an older one becomes current, what is missing in it, how a demo ends."""
