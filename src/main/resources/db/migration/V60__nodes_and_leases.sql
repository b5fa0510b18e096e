-- The processes that work on this database. Each is new at its start and is gone with its proper stop; all times are the database's.
create table node (
  id         varchar(36)  not null,
  name       varchar(100) not null,
  version    varchar(100) not null,
  -- runtime: it polls; command: it ends by itself
  kind       varchar(10)  not null,
  -- where it runs, as far as a process beside it can tell whether it still does
  machine    varchar(200),
  pid        bigint       not null,
  started_at timestamp(6) with time zone not null,
  seen_at    timestamp(6) with time zone not null,
  -- how many it worked on when it was seen
  mailboxes  integer      not null,
  primary key (id)
);

-- Who works on a mailbox: one node at a time. The token counts up whenever somebody takes it; the row stays when it is given back.
create table mailbox_lease (
  -- in small letters
  mailbox  varchar(320) not null,
  -- null: nobody
  node     varchar(36),
  token    bigint       not null,
  taken_at timestamp(6) with time zone,
  -- what the service asked for and what is used up of its quota, as JSON; null: nothing that matters
  gate     text,
  primary key (mailbox)
);

-- Where each account stands, and when it is due.
create table account_schedule (
  account       varchar(64)  not null,
  mailbox       varchar(320) not null,
  -- which node has it in hand, and since when
  node          varchar(36),
  taken_at      timestamp(6) with time zone,
  -- null: at once
  due_at        timestamp(6) with time zone,
  -- somebody asked for an import; taken_wanted: the import that runs is that one
  wanted        boolean      not null,
  taken_wanted  boolean      not null,
  -- an import that let others go first goes on when it is due
  goes_on       boolean      not null,
  -- digest of the settings by which it is due
  settings      varchar(64)  not null,
  last_success  timestamp(6) with time zone,
  -- what the last import came to, as JSON
  result        text,
  -- since when its imports fail, and what the site was told of that, as JSON
  trouble_since timestamp(6) with time zone,
  trouble_told  text,
  changed_at    timestamp(6) with time zone not null,
  primary key (account)
);

create index account_schedule_changed_at on account_schedule (changed_at);
