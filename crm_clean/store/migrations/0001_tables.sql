-- The kept tables. Schema `kept` holds them as they are; what people ask for are the views of `main`.
-- Rows of records, contact_points, membership, golden, golden_points and survivors stand from run `valid_from` until
-- run `valid_to`, which is missing while they stand. The others carry the `run` that wrote them and, where the order
-- of writing matters, their place `seq` in it.

CREATE SCHEMA kept;

CREATE TABLE kept.records (
    record_id VARCHAR NOT NULL,
    source VARCHAR,
    file_id VARCHAR,
    source_file VARCHAR,
    source_row BIGINT,
    source_record_id VARCHAR,
    merged_ids VARCHAR,
    master_record_id VARCHAR,
    is_deleted BOOLEAN,
    full_name VARCHAR,
    salutation VARCHAR,
    first_name VARCHAR,
    middle_name VARCHAR,
    last_name VARCHAR,
    suffix VARCHAR,
    nickname VARCHAR,
    maiden_name VARCHAR,
    gender VARCHAR,
    birth_date VARCHAR,
    company VARCHAR,
    company_id VARCHAR,
    company_domain VARCHAR,
    department VARCHAR,
    job_title VARCHAR,
    industry VARCHAR,
    status VARCHAR,
    status_detail VARCHAR,
    lead_source VARCHAR,
    owner VARCHAR,
    tags VARCHAR,
    lists VARCHAR,
    language VARCHAR,
    contact_preference VARCHAR,
    email_opt_out BOOLEAN,
    do_not_call BOOLEAN,
    postal_opt_out BOOLEAN,
    email_bounced BOOLEAN,
    consent_status VARCHAR,
    consent_at TIMESTAMPTZ,
    consent_basis VARCHAR,
    created_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ,
    last_activity_at TIMESTAMPTZ,
    n_interactions BIGINT,
    n_purchases BIGINT,
    purchase_total DOUBLE,
    survey_score DOUBLE,
    notes VARCHAR,
    full_name_raw VARCHAR,
    salutation_raw VARCHAR,
    first_name_raw VARCHAR,
    middle_name_raw VARCHAR,
    last_name_raw VARCHAR,
    suffix_raw VARCHAR,
    nickname_raw VARCHAR,
    maiden_name_raw VARCHAR,
    gender_raw VARCHAR,
    birth_date_raw VARCHAR,
    company_raw VARCHAR,
    company_id_raw VARCHAR,
    company_domain_raw VARCHAR,
    department_raw VARCHAR,
    job_title_raw VARCHAR,
    industry_raw VARCHAR,
    status_raw VARCHAR,
    status_detail_raw VARCHAR,
    lead_source_raw VARCHAR,
    owner_raw VARCHAR,
    tags_raw VARCHAR,
    lists_raw VARCHAR,
    language_raw VARCHAR,
    contact_preference_raw VARCHAR,
    email_opt_out_raw VARCHAR,
    do_not_call_raw VARCHAR,
    postal_opt_out_raw VARCHAR,
    email_bounced_raw VARCHAR,
    consent_status_raw VARCHAR,
    consent_at_raw VARCHAR,
    consent_basis_raw VARCHAR,
    created_at_raw VARCHAR,
    updated_at_raw VARCHAR,
    last_activity_at_raw VARCHAR,
    n_interactions_raw VARCHAR,
    n_purchases_raw VARCHAR,
    purchase_total_raw VARCHAR,
    survey_score_raw VARCHAR,
    notes_raw VARCHAR,
    custom VARCHAR,
    first_name_key VARCHAR,
    last_name_key VARCHAR,
    middle_name_key VARCHAR,
    maiden_name_key VARCHAR,
    nickname_key VARCHAR,
    suffix_key VARCHAR,
    company_key VARCHAR,
    is_placeholder_name BOOLEAN,
    is_company_name BOOLEAN,
    is_couple BOOLEAN,
    content_hash VARCHAR,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT
);

CREATE TABLE kept.contact_points (
    record_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    ordinal BIGINT NOT NULL,
    label VARCHAR,
    raw VARCHAR,
    value VARCHAR,
    key VARCHAR,
    extension VARCHAR,
    street VARCHAR,
    unit VARCHAR,
    city VARCHAR,
    region VARCHAR,
    postal_code VARCHAR,
    country VARCHAR,
    is_role BOOLEAN,
    is_free BOOLEAN,
    is_disposable BOOLEAN,
    is_placeholder BOOLEAN,
    opt_out BOOLEAN,
    bounced BOOLEAN,
    consent_status VARCHAR,
    consent_at TIMESTAMPTZ,
    consent_basis VARCHAR,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT
);

CREATE TABLE kept.membership (
    record_id VARCHAR NOT NULL,
    golden_id VARCHAR,
    match_probability DOUBLE,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT
);

CREATE TABLE kept.golden (
    golden_id VARCHAR NOT NULL,
    full_name VARCHAR,
    salutation VARCHAR,
    first_name VARCHAR,
    middle_name VARCHAR,
    last_name VARCHAR,
    suffix VARCHAR,
    nickname VARCHAR,
    maiden_name VARCHAR,
    gender VARCHAR,
    birth_date VARCHAR,
    company VARCHAR,
    company_id VARCHAR,
    company_domain VARCHAR,
    department VARCHAR,
    job_title VARCHAR,
    industry VARCHAR,
    status VARCHAR,
    status_detail VARCHAR,
    lead_source VARCHAR,
    owner VARCHAR,
    tags VARCHAR,
    lists VARCHAR,
    language VARCHAR,
    contact_preference VARCHAR,
    email_opt_out BOOLEAN,
    do_not_call BOOLEAN,
    postal_opt_out BOOLEAN,
    email_bounced BOOLEAN,
    consent_status VARCHAR,
    consent_at TIMESTAMPTZ,
    consent_basis VARCHAR,
    created_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ,
    last_activity_at TIMESTAMPTZ,
    n_interactions BIGINT,
    n_purchases BIGINT,
    purchase_total DOUBLE,
    survey_score DOUBLE,
    notes VARCHAR,
    custom VARCHAR,
    n_records BIGINT,
    sources VARCHAR,
    is_deleted BOOLEAN,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT
);

CREATE TABLE kept.golden_points (
    golden_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,
    ordinal BIGINT NOT NULL,
    label VARCHAR,
    value VARCHAR,
    key VARCHAR,
    extension VARCHAR,
    street VARCHAR,
    unit VARCHAR,
    city VARCHAR,
    region VARCHAR,
    postal_code VARCHAR,
    country VARCHAR,
    is_role BOOLEAN,
    is_free BOOLEAN,
    is_disposable BOOLEAN,
    is_placeholder BOOLEAN,
    opt_out BOOLEAN,
    bounced BOOLEAN,
    consent_status VARCHAR,
    consent_at TIMESTAMPTZ,
    consent_basis VARCHAR,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT
);

CREATE TABLE kept.survivors (
    golden_id VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    record_id VARCHAR,
    rule VARCHAR,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT
);

CREATE TABLE kept.files (
    file_id VARCHAR NOT NULL,
    source_file VARCHAR,
    source VARCHAR,
    profile VARCHAR,
    encoding VARCHAR,
    delimiter VARCHAR,
    header VARCHAR[],
    mapping VARCHAR[],
    n_rows BIGINT,
    n_quarantined BIGINT,
    taken_at TIMESTAMPTZ,
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL
);

CREATE TABLE kept.raw_rows (
    file_id VARCHAR NOT NULL,
    source_row BIGINT NOT NULL,
    record_id VARCHAR,
    cells VARCHAR[],
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL
);

CREATE TABLE kept.quarantine (
    file_id VARCHAR,
    source_file VARCHAR,
    source_row BIGINT,
    source_line BIGINT,
    byte_offset BIGINT,
    field VARCHAR,
    reason VARCHAR,
    raw VARCHAR,
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL
);

CREATE TABLE kept.decisions (
    left_id VARCHAR,
    right_id VARCHAR,
    verdict VARCHAR,
    decided_by VARCHAR,
    decided_at TIMESTAMPTZ,
    reason VARCHAR,
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL
);

CREATE TABLE kept.identity_events (
    golden_id VARCHAR,
    event VARCHAR,
    other_id VARCHAR,
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL
);

CREATE TABLE kept.checks (
    suite VARCHAR NOT NULL,
    expectation VARCHAR NOT NULL,
    "column" VARCHAR NOT NULL,
    severity VARCHAR,
    reason VARCHAR,
    is_met BOOLEAN,
    n_rows BIGINT,
    n_unexpected BIGINT,
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL
);

CREATE TABLE kept.issues (
    record_id VARCHAR,
    field VARCHAR,
    code VARCHAR,
    raw VARCHAR,
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL
);

CREATE TABLE kept.pairs (
    left_id VARCHAR NOT NULL,
    right_id VARCHAR NOT NULL,
    weight DOUBLE,
    probability DOUBLE,
    rule VARCHAR,
    verdict VARCHAR,
    levels VARCHAR,
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL
);

CREATE TABLE kept.runs (
    run BIGINT NOT NULL,
    started_at TIMESTAMPTZ,
    committed_at TIMESTAMPTZ,
    version VARCHAR,
    settings VARCHAR,
    inputs VARCHAR,
    model VARCHAR,
    counts VARCHAR,
    digests VARCHAR
);
