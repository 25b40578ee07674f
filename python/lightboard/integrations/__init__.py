"""Lightboard for training frameworks: a module for each, which imports the framework when it is imported itself."""
