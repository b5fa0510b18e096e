-- How far a mailbox that Mailroom may only read has been read, folder by folder: the link that the service gave for what comes next. It counts for the
-- very mailbox and folder that it was given for. What delta_link holds doesn't say its mailbox; of it only begun_at is used, once.
create table delta_position (
  account    varchar(64)  not null,
  mailbox    varchar(320) not null,
  folder     varchar(512) not null,
  link       text         not null,
  begun_at   timestamp(6) with time zone not null,
  updated_at timestamp(6) with time zone not null,
  primary key (account, mailbox, folder)
);

-- A backfill goes on where it stood in this mailbox and folder only; one that doesn't say its own begins anew.
alter table backfill add column mailbox varchar(320);
alter table backfill add column folder varchar(512);
