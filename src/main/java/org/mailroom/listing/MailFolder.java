package org.mailroom.listing;

/**
 * The folder of a mailbox that is read.
 *
 * @param credential name of the credential whose token its requests carry
 * @param id its id or well-known name, as {@link MailFolders} finds it
 */
public record MailFolder(String credential, String mailbox, String id) {}
