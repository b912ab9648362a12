"""The four CRMs, by number: the order of every array that has one entry a CRM."""

from __future__ import annotations

HUBSPOT, SALESFORCE, MAILCHIMP, PIPEDRIVE = range(4)
# Their shares of all rows.
CRM_SHARES = (0.40, 0.27, 0.18, 0.15)
