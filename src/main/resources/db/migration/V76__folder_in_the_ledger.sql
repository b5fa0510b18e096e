-- The folder that a message was listed in, whatever destination it went to, for the console's list.
alter table ledger_message add column folder varchar(500);

update ledger_message set folder =
  (select substring(stored.folder from 1 for 500) from mail_message stored where stored.account = ledger_message.account and stored.message_id = ledger_message.message_id)
  where exists (select 1 from mail_message stored where stored.account = ledger_message.account and stored.message_id = ledger_message.message_id and stored.folder is not null);
