package org.mailroom.demo;

/**
 * A mail folder.
 *
 * @param parentId null at the top level
 * @param wellKnown its well-known name, or null
 */
record DemoFolder(String id, String parentId, String displayName, String wellKnown) {}
