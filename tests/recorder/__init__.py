"""A record of what every command does in every front end, to see whether a change of the code changed any of it.

    python -m tests.recorder write OUT.json            # run all cases, write one line of JSON for each
    python -m tests.recorder write OUT.json --fast     # the quick ones
    python -m tests.recorder write tests/record.json --digits 8    # the record that the tests compare with
    python -m tests.recorder compare A.json B.json     # print every difference
    python -m tests.recorder compare A.json B.json --tolerance 1e-6    # across machines: figures, no hashes

The recorder uses what users use: the command line, macros, dialogs, and the public names of the package. It knows
nothing of the modules behind them.
"""
