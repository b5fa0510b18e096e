package org.mailroom.account;

import java.time.Duration;
import java.util.List;
import org.mailroom.settings.MailroomProperties.AfterImport;
import org.mailroom.settings.MailroomProperties.Content;
import org.springframework.util.unit.DataSize;

/**
 * One mailbox to import.
 *
 * @param id its name below {@code mailroom.accounts}
 * @param mailbox address or object id
 * @param credential the name of the credential that opens it
 * @param folder well-known name, path or id
 * @param filter OData condition on top of the paging's own; may be empty
 * @param pollEvery from the end of one import to the beginning of the next
 * @param content what is kept of a message
 * @param deliverTo names of destinations
 * @param maxSize of body and attachments together; a larger message is given up at once. Null: any
 * @param afterImport what happens to a message once every destination has it
 */
public record Account(
    String id, String mailbox, String credential, String folder, String filter, Duration pollEvery, Content content,
    List<String> deliverTo, DataSize maxSize, AfterImport afterImport) {}
