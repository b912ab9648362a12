-- What people ask for, under the names they know it by. The Python face returns the same.

CREATE VIEW records AS SELECT * EXCLUDE (valid_from, valid_to) FROM kept.records WHERE valid_to IS NULL;
CREATE VIEW contact_points AS SELECT * EXCLUDE (valid_from, valid_to) FROM kept.contact_points WHERE valid_to IS NULL;
CREATE VIEW membership AS SELECT * EXCLUDE (valid_from, valid_to) FROM kept.membership WHERE valid_to IS NULL;
CREATE VIEW golden_points AS SELECT * EXCLUDE (valid_from, valid_to) FROM kept.golden_points WHERE valid_to IS NULL;
CREATE VIEW survivors AS SELECT * EXCLUDE (valid_from, valid_to) FROM kept.survivors WHERE valid_to IS NULL;
CREATE VIEW pairs AS SELECT * EXCLUDE (seq) FROM kept.pairs ORDER BY run, seq;
CREATE VIEW issues AS SELECT * EXCLUDE (seq) FROM kept.issues ORDER BY run, seq;
CREATE VIEW decisions AS SELECT * EXCLUDE (seq) FROM kept.decisions ORDER BY run, seq;
CREATE VIEW quarantine AS SELECT * EXCLUDE (seq) FROM kept.quarantine ORDER BY run, seq;
CREATE VIEW files AS SELECT * EXCLUDE (seq) FROM kept.files ORDER BY run, seq;
CREATE VIEW checks AS SELECT * EXCLUDE (seq) FROM kept.checks ORDER BY run, seq;
CREATE VIEW runs AS SELECT * FROM kept.runs ORDER BY run;

-- One row per golden record; of its lists the first few, all of them are in golden_points.
CREATE VIEW golden AS
WITH first_points AS (
    SELECT golden_id,
        max(value) FILTER (WHERE kind = 'email' AND ordinal = 1) AS email,
        max(value) FILTER (WHERE kind = 'email' AND ordinal = 2) AS email_2,
        max(value) FILTER (WHERE kind = 'email' AND ordinal = 3) AS email_3,
        max(value) FILTER (WHERE kind = 'email' AND ordinal = 4) AS email_4,
        max(value) FILTER (WHERE kind = 'email' AND ordinal = 5) AS email_5,
        max(value) FILTER (WHERE kind = 'phone' AND ordinal = 1) AS phone,
        max(value) FILTER (WHERE kind = 'phone' AND ordinal = 2) AS phone_2,
        max(value) FILTER (WHERE kind = 'phone' AND ordinal = 3) AS phone_3,
        max(value) FILTER (WHERE kind = 'phone' AND ordinal = 4) AS phone_4,
        max(value) FILTER (WHERE kind = 'phone' AND ordinal = 5) AS phone_5,
        max(value) FILTER (WHERE kind = 'profile' AND ordinal = 1) AS profile,
        max(value) FILTER (WHERE kind = 'profile' AND ordinal = 2) AS profile_2,
        max(value) FILTER (WHERE kind = 'profile' AND ordinal = 3) AS profile_3,
        max(value) FILTER (WHERE kind = 'website' AND ordinal = 1) AS website,
        max(value) FILTER (WHERE kind = 'website' AND ordinal = 2) AS website_2,
        max(street) FILTER (WHERE kind = 'address' AND ordinal = 1) AS street,
        max(unit) FILTER (WHERE kind = 'address' AND ordinal = 1) AS unit,
        max(city) FILTER (WHERE kind = 'address' AND ordinal = 1) AS city,
        max(region) FILTER (WHERE kind = 'address' AND ordinal = 1) AS region,
        max(postal_code) FILTER (WHERE kind = 'address' AND ordinal = 1) AS postal_code,
        max(country) FILTER (WHERE kind = 'address' AND ordinal = 1) AS country
    FROM golden_points
    GROUP BY golden_id
)
SELECT
    g.golden_id,
    g.full_name, g.salutation, g.first_name, g.middle_name, g.last_name, g.suffix, g.nickname, g.maiden_name,
    g.gender, g.birth_date,
    p.email, p.email_2, p.email_3, p.email_4, p.email_5, p.phone, p.phone_2, p.phone_3, p.phone_4, p.phone_5,
    p.profile, p.profile_2, p.profile_3, p.website, p.website_2, p.street, p.unit, p.city, p.region, p.postal_code,
    p.country,
    g.company, g.company_id, g.company_domain, g.department, g.job_title, g.industry, g.status, g.status_detail,
    g.lead_source, g.owner, g.tags, g.lists, g.language, g.contact_preference, g.email_opt_out, g.do_not_call,
    g.postal_opt_out, g.email_bounced, g.consent_status, g.consent_at, g.consent_basis, g.created_at, g.updated_at,
    g.last_activity_at, g.n_interactions, g.n_purchases, g.purchase_total, g.survey_score, g.notes,
    g.custom, g.n_records, g.sources, g.is_deleted
FROM kept.golden g
LEFT JOIN first_points p USING (golden_id)
WHERE g.valid_to IS NULL
ORDER BY g.golden_id;

-- One row for every input row that was read, in the order it came.
CREATE VIEW crosswalk AS
SELECT f.source_file, w.source_row, r.source_record_id, m.golden_id, m.match_probability
FROM kept.raw_rows w
JOIN kept.files f USING (file_id)
LEFT JOIN membership m USING (record_id)
LEFT JOIN records r USING (record_id)
ORDER BY f.run, f.seq, w.source_row;

-- One row per value offered to a golden record, kept or not: who offered it, and the rule that chose among them. Of
-- several records that say the same, the one that is credited with the value has `is_kept`.
CREATE VIEW lineage AS
WITH scalars AS (
    SELECT m.golden_id, r.record_id, r.source, r.source_file, r.source_row, g.n_records = 1 AS is_alone, unnest([
        {'field': 'full_name', 'value': r.full_name::VARCHAR, 'raw': r.full_name_raw},
        {'field': 'salutation', 'value': r.salutation::VARCHAR, 'raw': r.salutation_raw},
        {'field': 'first_name', 'value': r.first_name::VARCHAR, 'raw': r.first_name_raw},
        {'field': 'middle_name', 'value': r.middle_name::VARCHAR, 'raw': r.middle_name_raw},
        {'field': 'last_name', 'value': r.last_name::VARCHAR, 'raw': r.last_name_raw},
        {'field': 'suffix', 'value': r.suffix::VARCHAR, 'raw': r.suffix_raw},
        {'field': 'nickname', 'value': r.nickname::VARCHAR, 'raw': r.nickname_raw},
        {'field': 'maiden_name', 'value': r.maiden_name::VARCHAR, 'raw': r.maiden_name_raw},
        {'field': 'gender', 'value': r.gender::VARCHAR, 'raw': r.gender_raw},
        {'field': 'birth_date', 'value': r.birth_date::VARCHAR, 'raw': r.birth_date_raw},
        {'field': 'company', 'value': r.company::VARCHAR, 'raw': r.company_raw},
        {'field': 'company_id', 'value': r.company_id::VARCHAR, 'raw': r.company_id_raw},
        {'field': 'company_domain', 'value': r.company_domain::VARCHAR, 'raw': r.company_domain_raw},
        {'field': 'department', 'value': r.department::VARCHAR, 'raw': r.department_raw},
        {'field': 'job_title', 'value': r.job_title::VARCHAR, 'raw': r.job_title_raw},
        {'field': 'industry', 'value': r.industry::VARCHAR, 'raw': r.industry_raw},
        {'field': 'status', 'value': r.status::VARCHAR, 'raw': r.status_raw},
        {'field': 'status_detail', 'value': r.status_detail::VARCHAR, 'raw': r.status_detail_raw},
        {'field': 'lead_source', 'value': r.lead_source::VARCHAR, 'raw': r.lead_source_raw},
        {'field': 'owner', 'value': r.owner::VARCHAR, 'raw': r.owner_raw},
        {'field': 'tags', 'value': r.tags::VARCHAR, 'raw': r.tags_raw},
        {'field': 'lists', 'value': r.lists::VARCHAR, 'raw': r.lists_raw},
        {'field': 'language', 'value': r.language::VARCHAR, 'raw': r.language_raw},
        {'field': 'contact_preference', 'value': r.contact_preference::VARCHAR, 'raw': r.contact_preference_raw},
        {'field': 'email_opt_out', 'value': r.email_opt_out::VARCHAR, 'raw': r.email_opt_out_raw},
        {'field': 'do_not_call', 'value': r.do_not_call::VARCHAR, 'raw': r.do_not_call_raw},
        {'field': 'postal_opt_out', 'value': r.postal_opt_out::VARCHAR, 'raw': r.postal_opt_out_raw},
        {'field': 'email_bounced', 'value': r.email_bounced::VARCHAR, 'raw': r.email_bounced_raw},
        {'field': 'consent_status', 'value': r.consent_status::VARCHAR, 'raw': r.consent_status_raw},
        {'field': 'consent_at', 'value': r.consent_at::VARCHAR, 'raw': r.consent_at_raw},
        {'field': 'consent_basis', 'value': r.consent_basis::VARCHAR, 'raw': r.consent_basis_raw},
        {'field': 'created_at', 'value': r.created_at::VARCHAR, 'raw': r.created_at_raw},
        {'field': 'updated_at', 'value': r.updated_at::VARCHAR, 'raw': r.updated_at_raw},
        {'field': 'last_activity_at', 'value': r.last_activity_at::VARCHAR, 'raw': r.last_activity_at_raw},
        {'field': 'n_interactions', 'value': r.n_interactions::VARCHAR, 'raw': r.n_interactions_raw},
        {'field': 'n_purchases', 'value': r.n_purchases::VARCHAR, 'raw': r.n_purchases_raw},
        {'field': 'purchase_total', 'value': r.purchase_total::VARCHAR, 'raw': r.purchase_total_raw},
        {'field': 'survey_score', 'value': r.survey_score::VARCHAR, 'raw': r.survey_score_raw},
        {'field': 'notes', 'value': r.notes::VARCHAR, 'raw': r.notes_raw}
    ], recursive := true)
    FROM membership m
    JOIN records r USING (record_id)
    JOIN kept.golden g ON g.golden_id = m.golden_id AND g.valid_to IS NULL
),
points AS (
    SELECT m.golden_id, r.record_id, r.source, r.source_file, r.source_row, c.kind AS field, c."value", c.raw,
        g.golden_id IS NOT NULL AS is_kept
    FROM membership m
    JOIN records r USING (record_id)
    JOIN contact_points c USING (record_id)
    LEFT JOIN (SELECT DISTINCT golden_id, kind, coalesce("key", "value") AS same FROM golden_points) g
        ON g.golden_id = m.golden_id AND g.kind = c.kind AND g.same = coalesce(c."key", c."value")
)
SELECT s.golden_id, s.field, s."value", s.raw, s.source, s.record_id, s.source_file, s.source_row,
    s."value" IS NOT NULL AND (s.is_alone OR coalesce(v.record_id = s.record_id OR v.rule = 'union', false)) AS is_kept,
    coalesce(v.rule, CASE WHEN s.is_alone THEN 'only' END) AS rule
FROM scalars s
LEFT JOIN survivors v USING (golden_id, field)
WHERE s."value" IS NOT NULL OR s.raw IS NOT NULL
UNION ALL
SELECT p.golden_id, p.field, p."value", p.raw, p.source, p.record_id, p.source_file, p.source_row, p.is_kept, 'union'
FROM points p
ORDER BY golden_id, field, record_id;

-- Pairs for a person to judge, nearest to even odds first.
CREATE VIEW review_queue AS
SELECT l.source_file AS left_file, l.source_row AS left_row, r.source_file AS right_file, r.source_row AS right_row,
    p.probability AS match_probability, p.levels AS reason, l.full_name AS left_full_name,
    r.full_name AS right_full_name, l.company AS left_company, r.company AS right_company, p.left_id, p.right_id
FROM kept.pairs p
JOIN records l ON l.record_id = p.left_id
JOIN records r ON r.record_id = p.right_id
WHERE p.verdict IN ('review', 'cut')
ORDER BY abs(p.probability - 0.5), p.left_id, p.right_id;

-- Where a golden id that was merged away leads to now.
CREATE VIEW redirects AS
WITH RECURSIVE chain AS (
    SELECT golden_id, other_id AS into_id, run FROM kept.identity_events WHERE event = 'absorbed'
    UNION
    SELECT c.golden_id, e.other_id, e.run
    FROM chain c
    JOIN kept.identity_events e ON e.golden_id = c.into_id AND e.event = 'absorbed' AND e.run >= c.run
)
SELECT golden_id, into_id, run
FROM chain
WHERE into_id IN (SELECT golden_id FROM membership) AND golden_id NOT IN (SELECT golden_id FROM membership)
ORDER BY golden_id, run;
