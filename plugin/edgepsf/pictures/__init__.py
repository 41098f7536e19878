"""Pictures: what they are, their regions, files, light and quality."""
