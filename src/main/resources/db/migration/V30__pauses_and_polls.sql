-- Accounts that somebody has paused: they aren't polled by any node until they are resumed.
create table account_pause (
  account   varchar(64) not null,
  paused_at timestamp(6) with time zone not null,
  primary key (account)
);

-- Polls that did something or failed. Idle polls leave no row; a failure that lasts is one row that counts its polls.
create table poll (
  account  varchar(64) not null,
  begun_at timestamp(6) with time zone not null,
  ended_at timestamp(6) with time zone not null,
  took_ms  bigint  not null,
  imported integer not null,
  failed   integer not null,
  waiting  integer not null,
  gone     integer not null,
  unmarked integer not null,
  requests bigint  not null,
  failure  text,
  polls    integer not null,
  primary key (account, begun_at)
);

create index poll_begun_at on poll (begun_at);

-- Messages imported a day of this machine's calendar.
create table imported_day (
  account  varchar(64) not null,
  import_day date      not null,
  imported bigint      not null,
  primary key (account, import_day)
);

create index imported_day_import_day on imported_day (import_day);
