-- Subscriptions to change notifications, one a mailbox over all nodes. A node that works on one raises its version, so that no other does at the same time.
create table push_subscription (
  mailbox          varchar(320) not null,
  credential       varchar(64) not null,
  resource         varchar(2000) not null,
  notification_url varchar(2100) not null,
  subscription_id  varchar(200),
  -- SHA-256 of the secret that each notification carries, hexadecimal
  client_state     varchar(64),
  expires_at       timestamp(6) with time zone,
  -- when it is renewed, or tried again
  due_at           timestamp(6) with time zone not null,
  -- why there is none, in words
  refusal          varchar(2000),
  refusals         int not null,
  -- when a node last had an account for it
  wanted_at        timestamp(6) with time zone not null,
  -- when it last became what it is
  changed_at       timestamp(6) with time zone,
  taken_until      timestamp(6) with time zone,
  version          bigint not null,
  primary key (mailbox)
);
