-- How far a backfill is, so that one that was killed goes on where it stood. One an account; the next one replaces it.
create table backfill (
  account        varchar(64) not null,
  received_since timestamp(6) with time zone not null,
  received_until timestamp(6) with time zone,
  include_read   boolean     not null,
  position_at    timestamp(6) with time zone not null,
  begun_at       timestamp(6) with time zone not null,
  ended_at       timestamp(6) with time zone,
  primary key (account)
);
