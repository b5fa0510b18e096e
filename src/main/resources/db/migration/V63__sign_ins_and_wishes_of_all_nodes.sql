-- Sign-ins with Microsoft that are under way, so that a person may come back to another node than the one that sent the browser off. Of state and
-- cookie only digests are kept; what PKCE needs is encrypted under the secret key.
create table sign_in (
  state_hash   varchar(64) not null,
  browser_hash varchar(64) not null,
  credential   varchar(64) not null,
  begun_by     varchar(200),
  sealed       text        not null,
  begun_at     timestamp(6) with time zone not null,
  expires_at   timestamp(6) with time zone not null,
  primary key (state_hash)
);

-- Backfills that somebody asked for and that aren't through: whichever node takes the account next works on it. One an account; the next one replaces it.
create table backfill_wish (
  account        varchar(64) not null,
  wish           varchar(36) not null,
  received_since timestamp(6) with time zone not null,
  received_until timestamp(6) with time zone,
  include_read   boolean     not null,
  asked_at       timestamp(6) with time zone not null,
  primary key (account)
);
