package org.mailroom.message;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a message stands in the mailbox, as the service showed it: what needs no change isn't sent.
 *
 * @param read null when the service didn't say
 * @param flag {@code notFlagged}, {@code flagged} or {@code complete}; null when the service didn't
 *     say
 * @param folder id of the folder that it lies in; null when the service didn't say
 * @param categories empty when it has none, or the service didn't say
 */
public record MailboxState(
    @Nullable Boolean read,
    @Nullable String flag,
    @Nullable String folder,
    List<String> categories) {

  /** Reads it from a message resource. */
  public static MailboxState of(JsonNode resource) {
    JsonNode read = resource.path("isRead");
    List<String> categories = new ArrayList<>();
    resource.path("categories").forEach(category -> categories.add(category.asText()));
    String flag = resource.path("flag").path("flagStatus").asText(null);
    return new MailboxState(
        read.isBoolean() ? read.booleanValue() : null,
        flag,
        resource.path("parentFolderId").asText(null),
        List.copyOf(categories));
  }
}
