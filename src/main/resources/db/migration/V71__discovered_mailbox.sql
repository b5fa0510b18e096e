-- The members of groups that accounts are made of. What a mailbox is called as an account stays, whatever becomes of its address: the ledger knows it by that.
create table discovered_mailbox (
  entry     varchar(64) not null,
  -- the object id of the user
  member    varchar(320) not null,
  account   varchar(64) not null,
  mailbox   varchar(320) not null,
  joined_at timestamp(6) with time zone not null,
  left_at   timestamp(6) with time zone,
  primary key (entry, member),
  unique (account)
);

-- How it is with each entry that names a group. A node that asks raises the version, so that no other does at the same time.
create table discovery (
  entry       varchar(64) not null,
  group_id    varchar(200) not null,
  -- raised when somebody joined or left
  revision    bigint not null,
  due_at      timestamp(6) with time zone not null,
  problem     varchar(2000),
  taken_until timestamp(6) with time zone,
  version     bigint not null,
  primary key (entry)
);
