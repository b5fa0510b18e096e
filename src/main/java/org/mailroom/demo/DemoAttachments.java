package org.mailroom.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.util.List;
import java.util.Set;

/** The attachments of a message, as the Graph API gives them. */
final class DemoAttachments {

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final Set<String> PROPERTIES =
      Set.of(
          "id",
          "name",
          "contentType",
          "size",
          "isInline",
          "lastModifiedDateTime",
          "microsoft.graph.fileAttachment/contentId");

  /** Answers {@code …/attachments}, {@code …/attachments/{id}} and its {@code $value}. */
  DemoAnswer answer(DemoMessage message, DemoCall call) {
    List<DemoAttachment> attachments = message.seenAttachments();
    if (call.segments().size() == 5) {
      return DemoAnswer.json(200, list(attachments, call));
    }
    DemoAttachment attachment =
        attachments.stream()
            .filter(one -> one.id().equals(call.segment(5)))
            .findFirst()
            .orElseThrow(
                () ->
                    new GraphFault(
                        404,
                        "ErrorItemNotFound",
                        "The specified object was not found in the store."));
    if (!call.segment(6).equals("$value")) {
      return DemoAnswer.json(200, present(attachment, !call.options().containsKey("$select")));
    }
    if (!attachment.hasContent()) {
      throw new GraphFault(405, "ErrorInvalidRequest", "The OData request is not supported.");
    }
    return DemoAnswer.bytes(
        attachment.kind().equals("itemAttachment") ? "text/plain" : attachment.contentType(),
        attachment.content());
  }

  private static ObjectNode list(List<DemoAttachment> attachments, DemoCall call) {
    boolean metadataOnly = call.options().containsKey("$select");
    for (String name : call.options().getOrDefault("$select", "id").split(",")) {
      if (!PROPERTIES.contains(name.trim())) {
        throw new GraphFault(
            400,
            "BadRequest",
            "Parsing OData Select and Expand failed: Could not find a property named '"
                + name
                + "' on type 'Microsoft.OutlookServices.Attachment'.");
      }
    }
    ObjectNode page = JSON.objectNode().put("@odata.context", "$metadata#attachments");
    ArrayNode value = page.putArray("value");
    attachments.forEach(attachment -> value.add(present(attachment, !metadataOnly)));
    return page;
  }

  private static JsonNode present(DemoAttachment attachment, boolean withContent) {
    ObjectNode seen = JSON.objectNode();
    seen.put("@odata.type", "#microsoft.graph." + attachment.kind());
    seen.put("@odata.mediaContentType", attachment.contentType());
    seen.put("id", attachment.id())
        .put("name", attachment.name())
        .put("contentType", attachment.contentType());
    // the service's figure counts more than the content
    seen.put("size", attachment.content().length + 196).put("isInline", attachment.inline());
    if (attachment.kind().equals("fileAttachment")) {
      seen.put("contentId", attachment.contentId());
      if (withContent) {
        seen.put("contentBytes", Base64.getEncoder().encodeToString(attachment.content()));
      }
    }
    return seen;
  }
}
