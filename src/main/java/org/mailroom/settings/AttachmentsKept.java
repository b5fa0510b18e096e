package org.mailroom.settings;

import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Size;
import java.text.Normalizer;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The attachments whose contents an account stores. The others are listed in the document all the
 * same, with why their content isn't stored, and it is never asked for. It goes by what the
 * service's list says of an attachment.
 *
 * @param include patterns of names ({@code *}: anything, {@code ?}: one character, whatever its
 *     case); empty: every name. It doesn't count for inline ones
 * @param exclude patterns of names that aren't stored, inline or not, although they are included
 * @param inline whether those are stored that the text shows, such as pictures
 * @param maxSize larger ones aren't stored; null: any size
 */
public record AttachmentsKept(
    @DefaultValue @Size(max = 100, message = "has at most 100 patterns")
        List<@Size(max = 255, message = "of one has at most 255 characters") String> include,
    @DefaultValue @Size(max = 100, message = "has at most 100 patterns")
        List<@Size(max = 255, message = "of one has at most 255 characters") String> exclude,
    @DefaultValue("true") boolean inline,
    @Nullable DataSize maxSize) {

  /** Everything is stored. */
  public static final AttachmentsKept ALL = new AttachmentsKept(List.of(), List.of(), true, null);

  public AttachmentsKept {
    include = patterns(include);
    exclude = patterns(exclude);
  }

  private static List<String> patterns(List<String> entered) {
    return entered == null
        ? List.of()
        : entered.stream()
            .map(String::strip)
            .filter(pattern -> !pattern.isEmpty())
            .distinct()
            .toList();
  }

  @AssertTrue(message = "max-size must be between 1KB and 4GB")
  boolean isMaxSizeValid() {
    return maxSize == null
        || (maxSize.compareTo(DataSize.ofKilobytes(1)) >= 0
            && maxSize.compareTo(DataSize.ofGigabytes(4)) <= 0);
  }

  /**
   * Why the content of an attachment isn't stored, by the key that says so; empty: it is.
   *
   * @param name null: it has none, which only patterns match that match the empty name
   * @param isInline null: it isn't known, which counts as not inline
   * @param size in bytes; null: it isn't known, and not too large
   */
  public Optional<String> whyNot(
      @Nullable String name, @Nullable Boolean isInline, @Nullable Long size) {
    if (matches(exclude, name)) {
      return Optional.of("excluded by attachments.exclude");
    }
    if (Boolean.TRUE.equals(isInline)) {
      if (!inline) {
        return Optional.of("excluded by attachments.inline");
      }
    } else if (!include.isEmpty() && !matches(include, name)) {
      return Optional.of("excluded by attachments.include");
    }
    return maxSize != null && size != null && size > maxSize.toBytes()
        ? Optional.of("larger than attachments.max-size")
        : Optional.empty();
  }

  private static boolean matches(List<String> patterns, @Nullable String name) {
    String text = normal(name == null ? "" : name);
    return patterns.stream().anyMatch(pattern -> regex(pattern).matcher(text).matches());
  }

  private static Pattern regex(String pattern) {
    StringBuilder regex = new StringBuilder();
    Stream.of(normal(pattern).split("(?<=[*?])|(?=[*?])"))
        .forEach(
            part ->
                regex.append(
                    part.equals("*") ? ".*" : part.equals("?") ? "." : Pattern.quote(part)));
    return Pattern.compile(
        regex.toString(), Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL);
  }

  /**
   * As people read it: outer blanks don't count, nor whether an accented letter is written with one
   * code point or with two.
   */
  private static String normal(String text) {
    return Normalizer.normalize(text, Normalizer.Form.NFC).strip();
  }
}
