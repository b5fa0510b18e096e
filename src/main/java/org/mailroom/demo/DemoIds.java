package org.mailroom.demo;

import java.util.Base64;
import java.util.Random;

/**
 * Ids that look like Exchange's: long, case-sensitive, with the characters {@code + / =} that
 * clients forget to encode.
 */
final class DemoIds {

  private final Random random;

  DemoIds(long seed) {
    this.random = new Random(seed);
  }

  synchronized String next(String prefix) {
    byte[] bytes = new byte[91];
    random.nextBytes(bytes);
    String id = Base64.getEncoder().encodeToString(bytes);
    return prefix + id.substring(0, 60) + "+/" + id.substring(62);
  }
}
