"""Pure rules of runs: when one may start, what its state is, when it has ended, what its log adds up to."""
