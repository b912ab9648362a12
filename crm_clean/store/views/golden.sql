-- One row per golden record; of its lists the first few, all of them are in golden_points. An opt-out belongs to the
-- address: what is closed or bounced of the first e-mail or phone is so of the row, whoever said it.
SELECT
    g.golden_id,
    g.full_name, g.salutation, g.first_name, g.middle_name, g.last_name, g.suffix, g.nickname, g.maiden_name,
    g.gender, g.birth_date,
    p.email, p.email_2, p.email_3, p.email_4, p.email_5, p.phone, p.phone_2, p.phone_3, p.phone_4, p.phone_5,
    p.profile, p.profile_2, p.profile_3, p.website, p.website_2, p.street, p.unit, p.city, p.region, p.postal_code,
    p.country,
    g.company, g.company_id, g.company_domain, g.department, g.job_title, g.industry, g.status, g.status_detail,
    g.lead_source, g.owner, g.tags, g.lists, g.language, g.contact_preference,
    CASE WHEN p.email_is_closed THEN true ELSE g.email_opt_out END AS email_opt_out,
    CASE WHEN p.phone_is_closed THEN true ELSE g.do_not_call END AS do_not_call,
    g.postal_opt_out,
    CASE WHEN p.email_has_bounced THEN true ELSE g.email_bounced END AS email_bounced,
    g.consent_status, g.consent_at, g.consent_basis, g.created_at, g.updated_at,
    g.last_activity_at, g.n_interactions, g.n_purchases, g.purchase_total, g.survey_score, g.notes,
    g.custom, g.n_records, g.sources, g.is_deleted
FROM standing.golden g
LEFT JOIN (
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
        bool_or(opt_out) FILTER (WHERE kind = 'email' AND ordinal = 1) AS email_is_closed,
        bool_or(bounced) FILTER (WHERE kind = 'email' AND ordinal = 1) AS email_has_bounced,
        bool_or(opt_out) FILTER (WHERE kind = 'phone' AND ordinal = 1) AS phone_is_closed,
        max(street) FILTER (WHERE kind = 'address' AND ordinal = 1) AS street,
        max(unit) FILTER (WHERE kind = 'address' AND ordinal = 1) AS unit,
        max(city) FILTER (WHERE kind = 'address' AND ordinal = 1) AS city,
        max(region) FILTER (WHERE kind = 'address' AND ordinal = 1) AS region,
        max(postal_code) FILTER (WHERE kind = 'address' AND ordinal = 1) AS postal_code,
        max(country) FILTER (WHERE kind = 'address' AND ordinal = 1) AS country
    FROM standing.golden_points s
    GROUP BY golden_id
) p USING (golden_id)
ORDER BY g.golden_id
