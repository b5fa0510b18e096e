-- What a message answers, whether a program sent it (no, auto-generated, auto-replied, bounce, bulk), and the text of its body, as its document says.
alter table mail_message add column in_reply_to text;
alter table mail_message add column auto_submitted varchar(255);
alter table mail_message add column body_text text;
