"""The one way in which a story reaches into the product: something of a module or class is replaced, for good."""


def replace(owner: object, name: str, by: object) -> None:
    """Put `by` in the place of `owner.name`, for the rest of this process. Raises AttributeError when nothing is there:
    then the product has changed, and what was to be watched or broken is somewhere else."""
    getattr(owner, name)
    setattr(owner, name, by)
