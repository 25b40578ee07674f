"""Lightboard: log training runs, see every run, switch each on and off."""
