-- One row a person, in the columns people want; whoever is deleted at every source is left out. An e-mail, phone or
-- address stands here whether or not it may be used: look at the columns beside it.
--     SELECT full_name, email, company FROM golden_contacts WHERE country = 'DE' AND NOT email_opt_out
SELECT g.golden_id, coalesce(g.full_name, g.first_name || ' ' || g.last_name, g.last_name, g.first_name) AS full_name,
    g.first_name, g.last_name, e.value AS email, p.value AS phone, g.company, g.job_title, a.street, a.city, a.region,
    a.postal_code, a.country, g.status, g.owner, g.tags, g.language,
    coalesce(e.opt_out, false) OR coalesce(g.email_opt_out, false) AS email_opt_out,
    coalesce(p.opt_out, false) OR coalesce(g.do_not_call, false) AS do_not_call,
    coalesce(a.opt_out, false) OR coalesce(g.postal_opt_out, false) AS postal_opt_out,
    coalesce(e.bounced, false) OR coalesce(g.email_bounced, false) AS email_bounced,
    g.created_at, g.updated_at, g.last_activity_at, g.sources
FROM standing.golden g
LEFT JOIN standing.golden_points e ON e.golden_id = g.golden_id AND e.kind = 'email' AND e.ordinal = 1
LEFT JOIN standing.golden_points p ON p.golden_id = g.golden_id AND p.kind = 'phone' AND p.ordinal = 1
LEFT JOIN standing.golden_points a ON a.golden_id = g.golden_id AND a.kind = 'address' AND a.ordinal = 1
WHERE NOT coalesce(g.is_deleted, false)
ORDER BY g.golden_id
