"""Start ImageJ: the embedded one, a Fiji, or one by Maven coordinates."""
