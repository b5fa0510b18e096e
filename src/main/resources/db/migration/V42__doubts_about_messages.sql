-- The service couldn't give what belongs to a message: whether that is the message's own fault shows at the end of the import.
alter table delivery add column in_doubt boolean default false not null;
