"""Prefect around crm-clean: names, retries, schedules, limits, notices. Decides nothing about data.

The store is the ledger of what was done; Prefect shows it and starts it. Nothing but paths, ids and counts is passed to
Prefect, and no error reaches it before it has been told in one sentence without data. Importing any module here turns
telemetry off for this process, before Prefect is loaded.
"""

from flows.environment import be_quiet

be_quiet()
