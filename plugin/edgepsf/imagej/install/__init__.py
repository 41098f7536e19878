"""Macros put into a Fiji, or onto an update site."""
