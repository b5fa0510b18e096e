package org.mailroom.schedule;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mailroom.graph.GateState;
import org.mailroom.graph.MailboxGates;
import org.mailroom.settings.DatabaseTime;
import org.springframework.stereotype.Component;

/**
 * What a node leaves to the next one of the limits of a mailbox, as JSON with times of the
 * database.
 */
@Component
class GateText {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final MailboxGates gates;
  private final DatabaseTime time;

  GateText(MailboxGates gates, DatabaseTime time) {
    this.gates = gates;
    this.time = time;
  }

  /** Null: nothing that matters. */
  @Nullable String of(String mailbox) {
    return gates.state(mailbox).map(this::text).orElse(null);
  }

  /** Until when the service asked to leave a mailbox alone; null: it didn't. */
  @Nullable Instant closedUntil(String mailbox) {
    return gates.closedUntil(mailbox).orElse(null);
  }

  private String text(GateState state) {
    ObjectNode text = JSON.createObjectNode();
    if (state.closedUntil() != null) {
      text.put("closedUntil", time.ofHere(state.closedUntil()).toString())
          .put("trouble", state.trouble());
    }
    ArrayNode used = text.putArray("used");
    state
        .used()
        .forEach(
            each -> used.addArray().add(time.ofHere(each.at()).toEpochMilli()).add(each.parts()));
    return text.toString();
  }

  /** Goes on with what another node left. */
  void goOnWith(String mailbox, @Nullable String text) {
    read(text).ifPresent(state -> gates.goOnWith(mailbox, state));
  }

  private Optional<GateState> read(@Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    try {
      JsonNode read = JSON.readTree(text);
      List<GateState.Used> used = new ArrayList<>();
      read.path("used")
          .forEach(
              each ->
                  used.add(
                      new GateState.Used(
                          time.here(Instant.ofEpochMilli(each.path(0).asLong())),
                          each.path(1).asInt())));
      Instant closed =
          read.hasNonNull("closedUntil")
              ? time.here(Instant.parse(read.path("closedUntil").asText()))
              : null;
      return Optional.of(new GateState(closed, read.path("trouble").asBoolean(), used));
    } catch (JsonProcessingException | java.time.DateTimeException ofAnotherVersion) {
      return Optional.empty();
    }
  }
}
