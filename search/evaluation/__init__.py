"""Measurements of the ranking on judged collections."""
