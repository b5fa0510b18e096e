-- Messages imported a minute, of all accounts and nodes together, for a plot. Kept for some days.
create table imported_minute (
  minute_at timestamp(6) with time zone not null,
  imported  bigint not null,
  primary key (minute_at)
);
