package org.mailroom.settings;

import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Settings that may be changed at run time, as they are now: those of the file and those of the
 * database together. They are read anew when they were changed, here or on another node. While the
 * database can't be read they stay as they were read last. Safe for use by several threads.
 *
 * @param <S> what they are read into
 */
public final class CurrentSettings<S> {

  private record Known<S>(long revision, S settings) {}

  private final String name;
  private final Logger log;
  private final SettingsRevision revision;
  private final LongFunction<S> reader;
  private volatile Known<S> known;

  /**
   * Reads them for the first time.
   *
   * @param name of all of them, for the log
   * @param reader reads file and database; gets the count of changes that it reads them at
   * @throws DataAccessException when the database can't be read
   */
  public CurrentSettings(
      String name, Logger log, SettingsRevision revision, LongFunction<S> reader) {
    this.name = name;
    this.log = log;
    this.revision = revision;
    this.reader = reader;
    this.known = read(revision.current(), reader);
  }

  private static <S> Known<S> read(long number, LongFunction<S> reader) {
    return new Known<>(number, reader.apply(number));
  }

  /** As they are now, or were about a second ago where another node changed them. */
  public S present() {
    Known<S> present = known;
    long now = revision.current();
    if (now != present.revision()) {
      try {
        present = read(now, reader);
        known = present;
      } catch (DataAccessException | TransactionException e) {
        log.debug("{} can't be read anew: {}", name, e.getMessage());
      }
    }
    return present.settings();
  }

  /**
   * Changes them in a transaction of its own; only one change at a time is made on all nodes. What
   * is changed is present here when this returns.
   *
   * @param change looks at what is present and writes; gets the count that the change will be known
   *     by. When it throws, nothing is changed
   */
  public void change(LongConsumer change) {
    revision.change(
        number -> {
          refresh();
          change.accept(number);
        });
    refresh();
  }

  private void refresh() {
    known = read(revision.current(), reader);
  }
}
