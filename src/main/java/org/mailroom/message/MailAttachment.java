package org.mailroom.message;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/**
 * An attachment of a {@link MailMessage}; its content lies at {@code location}.
 *
 * @param kind file, item or reference
 * @param name as the mail says it: display text, not a file name
 * @param size bytes stored, or the service's figure where nothing is stored
 * @param contentId what {@code cid:} links of the body refer to
 * @param sha256 of the stored bytes, lower-case hexadecimal
 * @param location absolute path of the stored bytes; null where nothing is stored
 * @param notStored why nothing is stored; null where something is
 * @param unpackedFrom the id of the attachment that it was in, a {@code winmail.dat}; null for
 *     those that the service lists
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonPropertyOrder({
  "id",
  "kind",
  "name",
  "contentType",
  "size",
  "inline",
  "contentId",
  "sha256",
  "location",
  "notStored",
  "unpackedFrom"
})
public record MailAttachment(
    @Nullable String id,
    String kind,
    @Nullable String name,
    @Nullable String contentType,
    @Nullable Long size,
    @Nullable Boolean inline,
    @Nullable String contentId,
    @Nullable String sha256,
    @Nullable String location,
    @Nullable String notStored,
    @Nullable String unpackedFrom) {

  MailAttachment storedAs(StoredFile file) {
    return new MailAttachment(
        id,
        kind,
        name,
        contentType,
        file.size(),
        inline,
        contentId,
        file.sha256(),
        file.path().toString(),
        null,
        unpackedFrom);
  }

  /** The same with that type, where the service tells none. */
  MailAttachment of(String itsContentType) {
    return contentType != null
        ? this
        : new MailAttachment(
            id,
            kind,
            name,
            itsContentType,
            size,
            inline,
            contentId,
            sha256,
            location,
            notStored,
            unpackedFrom);
  }

  MailAttachment notStored(String why) {
    return new MailAttachment(
        id, kind, name, contentType, size, inline, contentId, null, null, why, unpackedFrom);
  }
}
