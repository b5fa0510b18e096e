package org.mailroom.message;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.Variable;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.MailroomProperties;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/** Takes over what the site's hook {@code direct:rules} decided about a message. */
@Component("messageRules")
public final class MessageRules {

  private final Set<String> known;
  private final MailMessageJson json;

  @Autowired
  MessageRules(MailroomProperties properties, MailMessageJson json) {
    this(properties.destinations().keySet(), json);
  }

  MessageRules(Set<String> known, MailMessageJson json) {
    this.known = Set.copyOf(known);
    this.json = json;
  }

  /**
   * Decides the fate of a message that is ready.
   *
   * @param body the {@link MailMessage} that the hook leaves: as it was, or changed; its JSON as
   *     text, bytes or stream, or a map, will do
   * @param decision {@code deliver}, {@code skip} or {@code leave}; null means deliver
   * @param deliverTo names of destinations, as a list or a text with commas; null: those of the
   *     account
   * @throws RulesException when the hook left something else, in words that name it
   */
  public void decided(
      @Variable("message") IncomingMessage message,
      @Body @Nullable Object body,
      @Variable("decision") @Nullable Object decision,
      @Variable("deliverTo") @Nullable Object deliverTo) {
    String decided = decision == null ? "deliver" : decision.toString();
    switch (decided.strip()) {
      case "deliver" -> deliver(message, body, deliverTo);
      case "skip" -> message.fate(Fate.SKIPPED);
      case "leave" -> message.fate(Fate.LEFT);
      default ->
          throw new RulesException(
              "set the variable decision to '"
                  + shown(decided)
                  + "'; it may be deliver, skip or leave");
    }
  }

  private void deliver(IncomingMessage message, @Nullable Object body, @Nullable Object deliverTo) {
    if (body != message.document()) {
      // the hook is asked about messages that are ready
      MailMessage before = Objects.requireNonNull(message.document(), "the message's document");
      MailMessage after = document(body);
      List<MailAttachment> attachments =
          after.attachments() == null ? List.of() : after.attachments();
      MailMessage changed = changed(before, after, attachments);
      message.attachments(attachments);
      message.document(changed);
    }
    if (deliverTo != null) {
      List<String> names = names(deliverTo);
      names.stream()
          .filter(name -> !known.contains(name))
          .findFirst()
          .ifPresent(
              unknown -> {
                throw new RulesException(
                    "set the variable deliverTo to '"
                        + shown(unknown)
                        + "', which is none of mailroom.destinations ("
                        + String.join(", ", known.stream().sorted().toList())
                        + ")");
              });
      if (names.isEmpty()) {
        throw new RulesException(
            "set the variable deliverTo to no destination at all; to deliver nowhere, set decision"
                + " to skip");
      }
      message.deliverTo(names);
    }
  }

  private static List<String> names(Object deliverTo) {
    Stream<?> names =
        deliverTo instanceof Collection<?> several
            ? several.stream()
            : deliverTo instanceof Object[] array
                ? Arrays.stream(array)
                : Arrays.stream(deliverTo.toString().split(","));
    return names
        .filter(Objects::nonNull)
        .map(name -> name.toString().strip())
        .filter(name -> !name.isEmpty())
        .distinct()
        .toList();
  }

  /** What makes it this message stays as it was; a change of it is a mistake. */
  private static MailMessage changed(
      MailMessage before, MailMessage after, List<MailAttachment> attachments) {
    if (isOther(before.account(), after.account())
        || isOther(before.mailbox(), after.mailbox())
        || isOther(before.id(), after.id())) {
      throw new RulesException(
          "changed account, mailbox or id of the message; these three can't be changed");
    }
    return after
        .textsAsTheBody(before)
        .with(
            before.account(),
            before.mailbox(),
            before.id(),
            after.kind() == null ? before.kind() : after.kind(),
            attachments);
  }

  private static boolean isOther(@Nullable String before, @Nullable String after) {
    return after != null && !after.equals(before);
  }

  private MailMessage document(@Nullable Object body) {
    try {
      Object document =
          body instanceof MailMessage
              ? body
              : body instanceof String text
                  ? json.mapper().readValue(text, MailMessage.class)
                  : body instanceof byte[] bytes
                      ? json.mapper().readValue(bytes, MailMessage.class)
                      : body instanceof InputStream stream
                          ? json.mapper().readValue(stream, MailMessage.class)
                          : body instanceof Map<?, ?> || body instanceof JsonNode
                              ? json.mapper().convertValue(body, MailMessage.class)
                              : null;
      if (document != null) {
        return (MailMessage) document;
      }
    } catch (IOException | IllegalArgumentException notAMailMessage) {
      throw new RulesException("left a body that isn't a MailMessage or its JSON", notAMailMessage);
    }
    String left = body == null ? "no body" : "a body of type " + body.getClass().getSimpleName();
    throw new RulesException("left " + left + "; it has to be a MailMessage or its JSON");
  }

  private static String shown(Object value) {
    String text = value.toString().replaceAll("\\p{C}", " ");
    return text.length() <= 60 ? text : text.substring(0, 60) + "…";
  }
}
