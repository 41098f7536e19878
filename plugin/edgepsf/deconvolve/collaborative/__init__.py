"""Collaborative filtering of groups of similar patches, and restorations that use it as their prior."""
