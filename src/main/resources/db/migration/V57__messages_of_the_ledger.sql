-- What a person recognises a message by, whatever destination it went to: one row a message, written together with its first entries in delivery.
create table ledger_message (
  account             varchar(64)  not null,
  message_id          varchar(512) not null,
  -- when it was received; where the service gave no time, when it was first met
  listed_at           timestamp(6) with time zone not null,
  received_at         timestamp(6) with time zone,
  subject             varchar(500),
  sender              varchar(320),
  sender_name         varchar(320),
  internet_message_id varchar(500),
  has_attachments     boolean,
  primary key (account, message_id)
);

insert into ledger_message (account, message_id, listed_at, received_at, subject, sender, internet_message_id, has_attachments)
  select account, message_id, coalesce(received_at, imported_at), received_at, substring(subject from 1 for 500), substring(sender from 1 for 320),
    substring(internet_message_id from 1 for 500), has_attachments from mail_message;

insert into ledger_message (account, message_id, listed_at, received_at, subject)
  select account, message_id, coalesce(min(received_at), min(delivered_at), min(last_attempt_at), current_timestamp), min(received_at),
    min(cast(substring(subject from 1 for 500) as varchar(500)))
  from delivery where message_id not like 'unlistable-%' and destination <> '(left)' and not exists
    (select 1 from ledger_message known where known.account = delivery.account and known.message_id = delivery.message_id)
  group by account, message_id;

-- The console's list: latest first, of all accounts or of one, from any point on.
create index ledger_message_listed_at on ledger_message (listed_at desc, account desc, message_id desc);
create index ledger_message_account on ledger_message (account, listed_at desc, message_id desc);

-- It was the list's before.
drop index mail_message_imported_at;
drop index mail_message_account_imported_at;
