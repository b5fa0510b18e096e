package org.mailroom.account;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The id of an account that is made of an entry and an address: {@code everyone-ada_contoso.com}.
 * It is what folders, tags and the ledger know the account by, so that the same entry and address
 * always give the same, and others another.
 */
public final class DiscoveredId {

  private static final int LONGEST = 64;
  private static final int HASH = 8;

  /** What reads well as it is: no domain has the character that stands for the at sign. */
  private static final Pattern PLAIN = Pattern.compile("([a-z0-9._-]+)@([a-z0-9.-]*[a-z0-9-])");

  private DiscoveredId() {}

  /**
   * @param taken whether something else has that id
   */
  public static String of(String entry, String address, Predicate<String> taken) {
    String small = address.toLowerCase(Locale.ROOT);
    Matcher plain = PLAIN.matcher(small);
    String safe =
        plain.matches()
            ? plain.group(1) + "_" + plain.group(2)
            : small.replaceAll("[^a-z0-9._-]", "_");
    String id = entry + "-" + safe;
    if (plain.matches() && id.length() <= LONGEST && !taken.test(id)) {
      return id;
    }
    String hash = hash(entry + "\n" + small);
    for (int digits = HASH; digits < hash.length(); digits += HASH) {
      String sure =
          id.substring(0, Math.min(id.length(), LONGEST - digits - 1))
              + "-"
              + hash.substring(0, digits);
      if (!taken.test(sure)) {
        return sure;
      }
    }
    throw new IllegalStateException("no account can be named after " + address);
  }

  private static String hash(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)))
          .substring(0, 40);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
