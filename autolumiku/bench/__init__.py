"""Measurements of the real processes under load (`make bench`): beside a tutorial's bot, over time, over size."""
