"""How good restorations are, where the truth is known: scenes, methods by name, tables.

    python -m benchmarks.restoration SECTION [--methods NAME ...] [--seed N] [--seeds 3] [--photograph PATH ...]

Every section is a module with `run`; `make quality` runs all of them. No method sees the truth, the noise or the
scenario: it gets the blurred picture, its PSF and the border condition.
"""
