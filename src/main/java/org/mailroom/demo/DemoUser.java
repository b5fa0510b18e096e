package org.mailroom.demo;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/**
 * A person of the demo tenant, who can sign in and has a mailbox of that address.
 *
 * @param id object id
 */
public record DemoUser(String id, String userPrincipalName, String displayName) {

  static DemoUser of(String userPrincipalName) {
    String name = userPrincipalName.substring(0, userPrincipalName.indexOf('@'));
    return new DemoUser(
        UUID.nameUUIDFromBytes(userPrincipalName.getBytes(StandardCharsets.UTF_8)).toString(),
        userPrincipalName,
        Character.toUpperCase(name.charAt(0)) + name.substring(1));
  }
}
