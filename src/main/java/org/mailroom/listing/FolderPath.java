package org.mailroom.listing;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A folder as a site writes it: names from the outermost on, separated by slashes, the first of
 * them possibly a well-known name. A slash in a name is written {@code \/}. Names compare as people
 * read them: without regard to case, to blanks around them, and to whether an accented letter is
 * written with one code point or with two.
 *
 * @param wellKnown the first name, where it is one of the service's own; or null
 * @param names of the folders below it
 */
record FolderPath(@Nullable String wellKnown, List<String> names) {

  private static final Set<String> WELL_KNOWN =
      Set.of(
          "archive",
          "clutter",
          "conflicts",
          "conversationhistory",
          "deleteditems",
          "drafts",
          "inbox",
          "junkemail",
          "localfailures",
          "msgfolderroot",
          "outbox",
          "recoverableitemsdeletions",
          "scheduled",
          "searchfolders",
          "sentitems",
          "serverfailures",
          "syncissues");

  /** The folder that holds all others. */
  static final String ROOT = "msgfolderroot";

  static FolderPath parse(String wanted) {
    List<String> names =
        new ArrayList<>(
            Arrays.stream(wanted.split("(?<!\\\\)/"))
                .map(name -> normal(name.replace("\\/", "/")))
                .filter(name -> !name.isEmpty())
                .toList());
    String first = names.isEmpty() ? "" : names.get(0).toLowerCase(Locale.ROOT);
    boolean begins = WELL_KNOWN.contains(first);
    return new FolderPath(
        begins ? first : null, List.copyOf(begins ? names.subList(1, names.size()) : names));
  }

  /** Whether a folder's display name is one of the path's names. */
  static boolean isSame(String name, String displayName) {
    return normal(name).equalsIgnoreCase(normal(displayName));
  }

  /** A name as it is written in a path. */
  static String escaped(String name) {
    return name.replace("/", "\\/");
  }

  /** Whether two paths mean the same folder; null means none. */
  static boolean isSamePath(@Nullable String one, @Nullable String other) {
    if (one == null || other == null) {
      return false;
    }
    FolderPath first = parse(one);
    FolderPath second = parse(other);
    return java.util.Objects.equals(first.wellKnown, second.wellKnown)
        && first.names.size() == second.names.size()
        && java.util.stream.IntStream.range(0, first.names.size())
            .allMatch(i -> isSame(first.names.get(i), second.names.get(i)));
  }

  private static String normal(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFC).strip();
  }
}
