-- What the service calls importance, type of a body and kind of an attachment may be a value that nobody has heard of yet.
alter table mail_message alter column importance set data type varchar(255);
alter table mail_message alter column body_type set data type varchar(255);
alter table mail_attachment alter column kind set data type varchar(255);

-- Since when a message is known not to be in the mailbox as it will be: attachments are still being scanned, or are announced and not listed.
create table unsettled_message (
  account    varchar(64)  not null,
  message_id varchar(512) not null,
  since      timestamp(6) with time zone not null,
  primary key (account, message_id)
);
