"""CRM documents as Xero documents, one room for all kinds: invoices, bills, purchase orders, quotes.

What differs between kinds stands as words in `document_kinds`; the rules here read those words. Maps a document
(`element`), proves its total (`totals`), and judges what becomes of it (`judge_new`, `judge_linked`, `judge_ended`).
"""
