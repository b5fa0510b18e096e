-- Replies that routes of the site have asked for, noted before they are sent: a reply isn't sent again, whatever became of it. Kept for 90 days.
create table mail_reply (
  mailbox    varchar(320) not null,
  message_id varchar(512) not null,
  asked_at   timestamp(6) with time zone not null,
  primary key (mailbox, message_id)
);

create index mail_reply_by_time on mail_reply (asked_at);

-- When a sender last got a reply. The sender is a digest of the address: no more is needed to know it again.
create table reply_sender (
  mailbox    varchar(320) not null,
  sender     varchar(64)  not null,
  replied_at timestamp(6) with time zone not null,
  primary key (mailbox, sender)
);
