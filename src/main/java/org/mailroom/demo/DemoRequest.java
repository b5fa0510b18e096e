package org.mailroom.demo;

/**
 * A request that the demo tenant answered, or a part of a batch.
 *
 * @param path decoded, below the version
 * @param query raw, or null
 * @param prefer the header Prefer, or null
 * @param part whether it came within a batch
 */
public record DemoRequest(
    String method,
    String path,
    String query,
    String prefer,
    String mailbox,
    int status,
    boolean part) {}
