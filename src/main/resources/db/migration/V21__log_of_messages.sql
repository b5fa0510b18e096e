-- The console's log: latest first, of all accounts or of one, from any point on.
create index mail_message_imported_at on mail_message (imported_at desc, account desc, message_id desc);
create index mail_message_account_imported_at on mail_message (account, imported_at desc, message_id desc);
