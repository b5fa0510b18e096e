-- Message ids are case-sensitive: both databases compare these columns byte by byte by default.
create table mail_message (
  account             varchar(64)   not null,
  message_id          varchar(512)  not null,
  internet_message_id text,
  conversation_id     text,
  subject             text,
  sender              text,
  received_at         timestamp(6) with time zone,
  sent_at             timestamp(6) with time zone,
  importance          varchar(16),
  body_type           varchar(16),
  body                text,
  has_attachments     boolean       not null,
  document            text          not null,
  imported_at         timestamp(6) with time zone not null,
  primary key (account, message_id)
);

create index mail_message_received_at on mail_message (received_at);

create table mail_attachment (
  account       varchar(64)   not null,
  message_id    varchar(512)  not null,
  position      integer       not null,
  attachment_id text,
  kind          varchar(16)   not null,
  name          text,
  content_type  text,
  size_bytes    bigint,
  is_inline     boolean       not null,
  content_id    text,
  sha256        varchar(64),
  location      text,
  primary key (account, message_id, position)
);

-- One row for each message and destination, written when its delivery succeeded or was given up.
create table delivery (
  account         varchar(64)  not null,
  message_id      varchar(512) not null,
  destination     varchar(64)  not null,
  status          varchar(16)  not null check (status in ('PENDING', 'DELIVERED', 'FAILED', 'DISCARDED')),
  attempts        integer      not null,
  last_error      text,
  next_attempt_at timestamp(6) with time zone,
  delivered_at    timestamp(6) with time zone,
  primary key (account, message_id, destination)
);

create index delivery_status on delivery (status, account, next_attempt_at);
