-- How far a backfill is in each of the folders of its account: everything that was received before is delivered, or noted as waiting.
create table backfill_folder (
  account     varchar(64)  not null,
  mailbox     varchar(320) not null,
  folder      varchar(512) not null,
  position_at timestamp(6) with time zone not null,
  through     boolean      not null,
  primary key (account, folder)
);

insert into backfill_folder (account, mailbox, folder, position_at, through)
  select account, mailbox, folder, position_at, false from backfill where mailbox is not null and folder is not null;

-- The folder that a message lay in when it was imported, as its document says.
alter table mail_message add column folder text;
