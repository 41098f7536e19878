"""Options of commands and methods: their kinds, and the strings in which ImageJ's macros write them."""

from .kinds import Choice, Flag, Form, Image, Option, OutputFile, Text, quoted
from .numbers import Count, Number
from .strings import Pairs, complete, option_string, parse_options, parse_pairs, split_options, unknown_key

__all__ = [
    "Choice",
    "Count",
    "Flag",
    "Form",
    "Image",
    "Number",
    "Option",
    "OutputFile",
    "Pairs",
    "Text",
    "complete",
    "option_string",
    "parse_options",
    "parse_pairs",
    "quoted",
    "split_options",
    "unknown_key",
]
