"""Images, regions and results between Python and ImageJ."""
