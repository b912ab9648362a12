-- What people said of single values, what was ever said of an address, who is not to come back, what was erased.

CREATE TABLE kept.overrides (
    "golden_id" VARCHAR,
    "record_id" VARCHAR,
    "field" VARCHAR,
    "value" VARCHAR,
    "verdict" VARCHAR,
    "base" VARCHAR,
    "decided_by" VARCHAR,
    "decided_at" TIMESTAMP WITH TIME ZONE,
    "reason" VARCHAR,
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL
);

CREATE TABLE kept.consents (
    "channel" VARCHAR,
    "key" VARCHAR,
    "event" VARCHAR,
    "since" TIMESTAMP WITH TIME ZONE,
    "record_id" VARCHAR,
    "source" VARCHAR,
    "evidence" VARCHAR,
    "decided_by" VARCHAR,
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL
);

CREATE TABLE kept.suppressions (
    "hash" VARCHAR,
    "kind" VARCHAR,
    "key_id" VARCHAR,
    "reason" VARCHAR,
    "since" TIMESTAMP WITH TIME ZONE,
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL
);

CREATE TABLE kept.erasures (
    "erasure_id" VARCHAR,
    "erased_at" TIMESTAMP WITH TIME ZONE,
    "erased_by" VARCHAR,
    "reason" VARCHAR,
    "removed" VARCHAR,
    run BIGINT NOT NULL,
    seq BIGINT NOT NULL
);
