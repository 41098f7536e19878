"""The two ImageJ plugins: their names, option strings and numbers, without Java."""
