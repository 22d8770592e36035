"""One file per thing that the scheduler does."""
