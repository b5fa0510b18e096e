package org.mailroom.account;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Elements of which only so many are worked on at a time, for a Splitter that works in parallel:
 * asking for another waits until one is done. The Splitter asks for the next before it works on the
 * one that it has; that one is counted on top. One thread asks; others say that they are done.
 *
 * @param <T> what is worked on
 */
public final class AtATime<T> implements Iterator<T> {

  private final Iterator<T> elements;
  private final Semaphore places;
  private boolean placeTaken;

  /**
   * @param most how many are worked on at a time
   */
  public AtATime(int most, Iterator<T> elements) {
    this.elements = elements;
    this.places = new Semaphore(most + 1);
  }

  /**
   * Elements that say themselves when the work on them is over.
   *
   * @param element makes one of a part, and of what it comes from
   */
  public static <P, T> @Nullable AtATime<T> of(
      int most, List<P> parts, BiFunction<P, AtATime<T>, T> element) {
    AtomicReference<AtATime<T>> all = new AtomicReference<>();
    all.set(
        new AtATime<>(most, parts.stream().map(part -> element.apply(part, all.get())).iterator()));
    return all.get();
  }

  @Override
  public boolean hasNext() {
    if (!elements.hasNext()) {
      return false;
    }
    if (!placeTaken) {
      // ends with the work on those before, which is bounded
      places.acquireUninterruptibly();
      placeTaken = true;
    }
    return true;
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    placeTaken = false;
    return elements.next();
  }

  /** The work on one of them is over. */
  public void done() {
    places.release();
  }
}
