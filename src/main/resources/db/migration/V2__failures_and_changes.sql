-- What a person needs to recognise a message that can't be delivered.
alter table delivery add column subject text;
alter table delivery add column received_at timestamp(6) with time zone;
alter table delivery add column last_attempt_at timestamp(6) with time zone;

-- Messages that every destination has and whose changes in the mailbox (mark, move, delete) aren't confirmed. Only accounts that change
-- more than the read flag need it: after the first of two changes a message is out of the listing that would bring it again.
create table after_import (
  account    varchar(64)  not null,
  message_id varchar(512) not null,
  noted_at   timestamp(6) with time zone not null,
  primary key (account, message_id)
);

-- How far a mailbox that Mailroom may only read has been read: the link that the service gave for what comes next.
create table delta_link (
  account    varchar(64) not null,
  folder     text        not null,
  link       text        not null,
  begun_at   timestamp(6) with time zone not null,
  updated_at timestamp(6) with time zone not null,
  primary key (account)
);
