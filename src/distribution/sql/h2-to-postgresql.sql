-- Copies the embedded database into a PostgreSQL: docs/operations.md, From H2 to PostgreSQL. Fill in address, user and password; both have been migrated by the
-- same version of Mailroom, and PostgreSQL holds nothing yet. H2 stays as it is.
set schema public;
drop schema if exists target cascade;
select count(*) from link_schema('target', 'org.postgresql.Driver', 'jdbc:postgresql://<host>:5432/mailroom', '<user>', '<password>', 'public');

delete from target.account;
insert into target.account (id, settings, revision, updated_at)
  select id, settings, revision, updated_at from account;
delete from target.account_pause;
insert into target.account_pause (account, paused_at)
  select account, paused_at from account_pause;
delete from target.account_schedule;
insert into target.account_schedule (account, mailbox, node, taken_at, due_at, wanted, taken_wanted, goes_on, settings, last_success,
    result, trouble_since, trouble_told, changed_at)
  select account, mailbox, node, taken_at, due_at, wanted, taken_wanted, goes_on, settings, last_success,
    result, trouble_since, trouble_told, changed_at from account_schedule;
delete from target.after_failure;
insert into target.after_failure (account, message_id, done, attempts, next_attempt_at)
  select account, message_id, done, attempts, next_attempt_at from after_failure;
delete from target.after_import;
insert into target.after_import (account, message_id, noted_at)
  select account, message_id, noted_at from after_import;
delete from target.backfill;
insert into target.backfill (account, received_since, received_until, include_read, position_at, begun_at, ended_at, mailbox,
    folder)
  select account, received_since, received_until, include_read, position_at, begun_at, ended_at, mailbox,
    folder from backfill;
delete from target.backfill_folder;
insert into target.backfill_folder (account, mailbox, folder, position_at, through)
  select account, mailbox, folder, position_at, through from backfill_folder;
delete from target.backfill_wish;
insert into target.backfill_wish (account, wish, received_since, received_until, include_read, asked_at)
  select account, wish, received_since, received_until, include_read, asked_at from backfill_wish;
delete from target.console_trail;
insert into target.console_trail (done_at, who, address, action, subject, detail)
  select done_at, who, address, action, subject, detail from console_trail;
delete from target.console_user;
insert into target.console_user (name, password_hash, set_at, console_role)
  select name, password_hash, set_at, console_role from console_user;
delete from target.credential;
insert into target.credential (id, settings, secrets, revision, updated_at)
  select id, settings, secrets, revision, updated_at from credential;
delete from target.credential_token;
insert into target.credential_token (credential, tokens, issued_at, expires_at, refreshed_at, user_id, user_name, user_mail,
    signed_in_at, revision, claims)
  select credential, tokens, issued_at, expires_at, refreshed_at, user_id, user_name, user_mail,
    signed_in_at, revision, claims from credential_token;
delete from target.delivery;
insert into target.delivery (account, message_id, destination, status, attempts, last_error, next_attempt_at, delivered_at,
    subject, received_at, last_attempt_at, in_doubt, erased_at)
  select account, message_id, destination, status, attempts, last_error, next_attempt_at, delivered_at,
    subject, received_at, last_attempt_at, in_doubt, erased_at from delivery;
delete from target.delta_link;
insert into target.delta_link (account, folder, link, begun_at, updated_at)
  select account, folder, link, begun_at, updated_at from delta_link;
delete from target.delta_position;
insert into target.delta_position (account, mailbox, folder, link, begun_at, updated_at)
  select account, mailbox, folder, link, begun_at, updated_at from delta_position;
delete from target.discovered_mailbox;
insert into target.discovered_mailbox (entry, member, account, mailbox, joined_at, left_at)
  select entry, member, account, mailbox, joined_at, left_at from discovered_mailbox;
delete from target.discovery;
insert into target.discovery (entry, group_id, revision, due_at, problem, taken_until, version)
  select entry, group_id, revision, due_at, problem, taken_until, version from discovery;
delete from target.erased_message;
insert into target.erased_message (account, message_id, filed_at, erased_at, look_again_at, in_hand, problem)
  select account, message_id, filed_at, erased_at, look_again_at, in_hand, problem from erased_message;
delete from target.imported_day;
insert into target.imported_day (account, import_day, imported)
  select account, import_day, imported from imported_day;
delete from target.imported_minute;
insert into target.imported_minute (minute_at, imported)
  select minute_at, imported from imported_minute;
delete from target.ledger_message;
insert into target.ledger_message (account, message_id, listed_at, received_at, subject, sender, sender_name, internet_message_id,
    has_attachments, folder)
  select account, message_id, listed_at, received_at, subject, sender, sender_name, internet_message_id,
    has_attachments, folder from ledger_message;
delete from target.mail_attachment;
insert into target.mail_attachment (account, message_id, position, attachment_id, kind, name, content_type, size_bytes, is_inline,
    content_id, sha256, location)
  select account, message_id, position, attachment_id, kind, name, content_type, size_bytes, is_inline,
    content_id, sha256, location from mail_attachment;
delete from target.mail_message;
insert into target.mail_message (account, message_id, internet_message_id, conversation_id, subject, sender, received_at, sent_at,
    importance, body_type, body, has_attachments, document, imported_at, folder, in_reply_to,
    auto_submitted, body_text)
  select account, message_id, internet_message_id, conversation_id, subject, sender, received_at, sent_at,
    importance, body_type, body, has_attachments, document, imported_at, folder, in_reply_to,
    auto_submitted, body_text from mail_message;
delete from target.mail_reply;
insert into target.mail_reply (mailbox, message_id, asked_at)
  select mailbox, message_id, asked_at from mail_reply;
delete from target.mailbox_lease;
insert into target.mailbox_lease (mailbox, node, token, taken_at, gate)
  select mailbox, node, token, taken_at, gate from mailbox_lease;
delete from target.node;
insert into target.node (id, name, version, kind, machine, pid, started_at, seen_at, mailboxes)
  select id, name, version, kind, machine, pid, started_at, seen_at, mailboxes from node;
delete from target.poll;
insert into target.poll (account, begun_at, ended_at, took_ms, imported, failed, waiting, gone, unmarked, requests, failure,
    polls)
  select account, begun_at, ended_at, took_ms, imported, failed, waiting, gone, unmarked, requests, failure,
    polls from poll;
delete from target.push_subscription;
insert into target.push_subscription (mailbox, credential, resource, notification_url, subscription_id, client_state, expires_at, due_at,
    refusal, refusals, wanted_at, changed_at, taken_until, version)
  select mailbox, credential, resource, notification_url, subscription_id, client_state, expires_at, due_at,
    refusal, refusals, wanted_at, changed_at, taken_until, version from push_subscription;
delete from target.reply_sender;
insert into target.reply_sender (mailbox, sender, replied_at)
  select mailbox, sender, replied_at from reply_sender;
delete from target.retention_turn;
insert into target.retention_turn (id, node, lease_until, begun_at, ended_at)
  select id, node, lease_until, begun_at, ended_at from retention_turn;
delete from target.secret_key_salt;
insert into target.secret_key_salt (id, salt)
  select id, salt from secret_key_salt;
delete from target.settings_revision;
insert into target.settings_revision (id, revision)
  select id, revision from settings_revision;
delete from target.sign_in;
insert into target.sign_in (state_hash, browser_hash, credential, begun_by, sealed, begun_at, expires_at)
  select state_hash, browser_hash, credential, begun_by, sealed, begun_at, expires_at from sign_in;
delete from target.unsettled_message;
insert into target.unsettled_message (account, message_id, since)
  select account, message_id, since from unsettled_message;

drop schema target cascade;
