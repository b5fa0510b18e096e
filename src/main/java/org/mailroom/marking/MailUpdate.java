package org.mailroom.marking;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.AfterImport.Flag;

/**
 * What a route wants changed of one message in its mailbox.
 *
 * @param credential the name of the credential that opens the mailbox
 * @param messageId Graph's immutable id
 * @param read null: stays as it is
 * @param addCategories those that it has stay
 * @param flag null: stays as it is
 * @param moveTo well-known name, path or id of a folder, which is created where it is missing;
 *     null: it stays
 */
public record MailUpdate(
    String credential,
    String mailbox,
    String messageId,
    @Nullable Boolean read,
    List<String> addCategories,
    @Nullable Flag flag,
    @Nullable String moveTo) {}
