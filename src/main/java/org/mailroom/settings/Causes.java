package org.mailroom.settings;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * A failure and what it was due to, outermost first; it ends even where causes lead in a circle.
 */
public final class Causes {

  private static final int MOST = 50;

  private Causes() {}

  /** The failure itself, its cause, that one's cause, and so on. */
  public static Stream<Throwable> of(@Nullable Throwable failure) {
    Iterable<Throwable> chain =
        () ->
            new Iterator<>() {
              private @Nullable Throwable next = failure;
              private int seen;

              @Override
              public boolean hasNext() {
                return next != null && seen < MOST;
              }

              @Override
              public Throwable next() {
                if (next == null) {
                  throw new NoSuchElementException();
                }
                Throwable now = next;
                seen++;
                next = now.getCause() == now ? null : now.getCause();
                return now;
              }
            };
    return StreamSupport.stream(chain.spliterator(), false);
  }

  /** The first of them that is of a type. */
  public static <T> Optional<T> first(@Nullable Throwable failure, Class<T> type) {
    return of(failure).filter(type::isInstance).map(type::cast).findFirst();
  }

  /** The innermost of them. */
  public static Throwable root(Throwable failure) {
    return of(failure).reduce((outer, inner) -> inner).orElse(failure);
  }

  /**
   * The first of them that says in a sentence what happened and what to do: those that Mailroom
   * itself raises.
   */
  public static Optional<Throwable> sentence(Throwable failure) {
    return of(failure)
        .filter(
            cause ->
                cause.getClass().getName().startsWith("org.mailroom.")
                    && cause.getMessage() != null)
        .findFirst();
  }

  /**
   * What a failure says in its first line, for people: no name of a class, no statement of SQL, no
   * full stop.
   */
  public static String inShort(Throwable failure) {
    return PlainCause.of(failure);
  }

  /** The same of a message alone. */
  public static String inShort(String message) {
    return PlainCause.of(message);
  }
}
