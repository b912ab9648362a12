"""Whether e-mail addresses can be delivered to, where the user wants the name service asked: a finding, and no more.

Verdicts are of domains and are kept from run to run; what they say of addresses is found anew for all that stand.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crm_clean.pipeline.step import Context
from crm_clean.records.tables import ISSUES, MAIL_DOMAINS


def add_undeliverable(context: Context, points: pa.Table, issues: pa.Table) -> pa.Table:
    """ISSUES with one for each e-mail of `points` (CONTACT_POINTS) whose domain takes no mail, where that is asked.

    Puts MAIL_DOMAINS on the shelf.
    """
    from crm_clean.normalise.mail.deliverability import CODE, NameService, check_domains, domains_of, undeliverable

    settings = context.settings.normalise
    if not settings.check_deliverability:
        return issues
    emails = points.filter(pc.and_(pc.equal(points["kind"], "email"), pc.is_valid(points["key"])))
    values = emails["value"].combine_chunks()
    verdicts = check_domains(
        domains_of(values),
        known=context.store.read(MAIL_DOMAINS),
        now=context.now,
        service=NameService(timeout=settings.dns_timeout),
        on_notice=context.reporter.notice,
    )
    context.shelf.write(MAIL_DOMAINS, verdicts)
    found = emails.filter(pc.is_valid(undeliverable(values, verdicts)))
    said = {
        "record_id": found["record_id"],
        "field": pa.array(np.full(len(found), "email"), pa.string()),
        "code": pa.array(np.full(len(found), CODE), pa.string()),
        "raw": found["raw"],
        "suggestion": pa.nulls(len(found), pa.string()),
    }
    others = issues.filter(pc.not_equal(issues["code"], CODE))
    return pa.concat_tables([others, pa.table(said, schema=ISSUES.schema)]).combine_chunks()
