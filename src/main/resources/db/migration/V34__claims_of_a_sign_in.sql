-- What Entra ID demanded of the next token when it refused the last one, as JSON: it goes with the next sign-in of a person, on any node.
alter table credential_token add column claims text;
