"""The post that feeds a consumer."""

from tests.fixtures.kit_post import post

__all__ = ["post"]
