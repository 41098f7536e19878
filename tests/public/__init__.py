"""Macros as users of the plugins write them, and what tries them in several ImageJs."""
