-- Messages that were given up and whose changes in the mailbox (after-failure of their account) are done, or were refused and are tried again. What has
-- no row here is due as soon as a delivery of it is FAILED, so that a crash in between loses none.
create table after_failure (
  account         varchar(64)  not null,
  message_id      varchar(512) not null,
  done            boolean      not null,
  attempts        integer      not null,
  next_attempt_at timestamp(6) with time zone,
  primary key (account, message_id)
);
