-- Who may enter the console by password; the hash says itself how it was made.
create table console_user (
  name          varchar(64)  not null,
  password_hash varchar(255) not null,
  set_at        timestamp(6) with time zone not null,
  primary key (name)
);
