-- Since when a message is erased, in each entry that the ledger keeps of it: no destination gets it again, one that is new to its account included.
alter table delivery add column erased_at timestamp(6) with time zone;

-- Messages whose rows are gone and whose files may not be: written by the transaction that deletes the rows, deleted when the files are gone. What an
-- import may have had in hand meanwhile is looked at again.
create table erased_message (
  account       varchar(64)  not null,
  message_id    varchar(512) not null,
  -- the time that its folder is named after; null where that isn't known
  filed_at      timestamp(6) with time zone,
  erased_at     timestamp(6) with time zone not null,
  look_again_at timestamp(6) with time zone not null,
  in_hand       boolean      not null,
  -- why a file of it can't be deleted
  problem       text,
  primary key (account, message_id)
);

create index erased_message_look_again_at on erased_message (look_again_at);

-- Whose turn it is to delete what is older than mailroom.retention says. A node that died is waited for until lease_until.
create table retention_turn (
  id          integer not null primary key,
  node        varchar(200),
  lease_until timestamp(6) with time zone,
  begun_at    timestamp(6) with time zone,
  ended_at    timestamp(6) with time zone
);

insert into retention_turn (id) values (1);
