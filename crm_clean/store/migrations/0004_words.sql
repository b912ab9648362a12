-- What normalising found besides values: suggestions, the words of each list, domains that take mail.

ALTER TABLE kept.records ADD COLUMN company_legal_form VARCHAR;
ALTER TABLE kept.records ADD COLUMN business_domain VARCHAR;
ALTER TABLE kept.records ADD COLUMN job_title_key VARCHAR;
CREATE OR REPLACE VIEW records AS SELECT * EXCLUDE (valid_from, valid_to) FROM kept.records WHERE valid_to IS NULL;

ALTER TABLE kept.issues ADD COLUMN suggestion VARCHAR;

-- Each finding with where its record came from: the rows behind a code are one query away.
CREATE OR REPLACE VIEW issues AS
SELECT i.code, i."field", i.record_id, r."source", r.source_file, r.source_row, r.source_record_id, i.raw, i.suggestion,
    i.run
FROM kept.issues i
LEFT JOIN records r USING (record_id)
ORDER BY i.run, i.seq;

CREATE TABLE kept.vocabulary (
    "field" VARCHAR NOT NULL,
    written VARCHAR NOT NULL,
    value VARCHAR,
    rule VARCHAR NOT NULL,
    suggestion VARCHAR,
    n_records BIGINT,
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL
);
CREATE VIEW vocabulary AS SELECT * EXCLUDE (seq) FROM kept.vocabulary ORDER BY run, seq;

CREATE TABLE kept.mail_domains (
    domain VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL,
    checked_at TIMESTAMP WITH TIME ZONE,
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL
);
CREATE VIEW mail_domains AS SELECT * EXCLUDE (seq) FROM kept.mail_domains ORDER BY run, seq;

-- What was made of values before, by keyed hash; a table a kind is made beside it when there is something to remember.
CREATE SCHEMA memory;
CREATE TABLE memory.versions (kind VARCHAR NOT NULL, version VARCHAR NOT NULL);
