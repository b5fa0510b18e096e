package org.mailroom.settings;

/**
 * What is wrong with one value that somebody entered.
 *
 * @param field its key as in {@code application.yaml}, such as {@code tenant-id} or {@code
 *     after-import.move-to}; {@code id} for the name
 * @param message what is wrong and what is allowed, never with a secret
 */
public record FieldProblem(String field, String message) {}
