"""Judging vendors: what becomes a supplier in Xero, and when.

A firm that both buys and sells is one Xero contact: the vendor links to the account's, and fills its blanks.
"""

from xero_writer.domain.contact import map_vendor
from xero_writer.domain.judge_party import judge_party
from xero_writer.domain.rows import JudgeContext, JudgeInput
from xero_writer.domain.verdicts import Verdict


def judge_vendor(given: JudgeInput, context: JudgeContext) -> Verdict:
    """A vendor."""
    return judge_party(given, context, map_vendor(given.record, context.mapping, context.reference))
