package org.mailroom.graph;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * A message as a page of a listing has it.
 *
 * @param id immutable id
 * @param receivedAt {@code receivedDateTime}, or null where the service gave none
 * @param resource the message resource, or null when it was too large to be held with the rest of its page and is to be fetched alone
 */
public record ListedMessage(String id, Instant receivedAt, JsonNode resource) {}
