-- Every change of what is set at run time counts this up, so that all nodes see it by one cheap query; its row lock puts changes in order.
create table settings_revision (
  id       integer not null primary key,
  revision bigint  not null
);

insert into settings_revision (id, revision) values (1, 0);

-- Credentials and accounts that were created in the console. Settings are JSON: the keys of application.yaml and their values.
create table credential (
  id         varchar(64) not null primary key,
  settings   text        not null,
  -- client secret, certificate and its password, encrypted together under mailroom.secret-key
  secrets    text,
  revision   bigint      not null,
  updated_at timestamp(6) with time zone not null
);

create table account (
  id         varchar(64) not null primary key,
  settings   text        not null,
  revision   bigint      not null,
  updated_at timestamp(6) with time zone not null
);

-- Tokens of credentials of both homes, shared by all nodes. A node that renews a token holds the lock of its row.
create table credential_token (
  credential   varchar(64) not null primary key,
  -- msal4j's cache and the present access token, encrypted under mailroom.secret-key
  tokens       text,
  issued_at    timestamp(6) with time zone,
  expires_at   timestamp(6) with time zone,
  refreshed_at timestamp(6) with time zone,
  -- who signed in, for delegated permission
  user_id      text,
  user_name    text,
  user_mail    text,
  signed_in_at timestamp(6) with time zone,
  revision     bigint      not null
);

-- The salt that encryption keys are derived with from mailroom.secret-key.
create table secret_key_salt (
  id   integer     not null primary key,
  salt varchar(64) not null
);
