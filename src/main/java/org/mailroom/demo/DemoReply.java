package org.mailroom.demo;

import java.util.List;
import java.util.Map;

/**
 * A reply that left a mailbox.
 *
 * @param messageId immutable id of the message that it answers
 * @param to the addresses that it went to
 * @param headers internet headers that its sender gave it
 */
public record DemoReply(
    String messageId, List<String> to, String comment, Map<String, String> headers) {}
