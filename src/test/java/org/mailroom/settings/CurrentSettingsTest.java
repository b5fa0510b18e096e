package org.mailroom.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mailroom.MigratedDatabase;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;

/** Settings that may be changed at run time: the ids of the accounts of a database, say. */
class CurrentSettingsTest {

  private final MigratedDatabase database = new MigratedDatabase();
  private final ExecutorService threads = Executors.newSingleThreadExecutor();
  private final SettingsRevision revision =
      new SettingsRevision(database.jdbc(), database.transaction(), threads);
  private final List<Long> readAt = new ArrayList<>();
  private boolean down;
  private final CurrentSettings<List<String>> settings =
      new CurrentSettings<>(
          "accounts", LoggerFactory.getLogger(CurrentSettingsTest.class), revision, this::read);

  @AfterEach
  void stop() {
    threads.shutdownNow();
  }

  private List<String> read(long number) {
    if (down) {
      throw new DataAccessResourceFailureException("the database is down");
    }
    readAt.add(number);
    return database.jdbc().queryForList("select id from account order by id", String.class);
  }

  private void write(String id, long number) {
    database
        .jdbc()
        .update(
            "insert into account (id, settings, revision, updated_at)"
                + " values (?, '{}', ?, current_timestamp)",
            id,
            number);
  }

  @Test
  void what_somebody_else_changed_is_read_once_and_with_the_count_of_the_change() {
    long before = revision.current();
    assertThat(settings.present()).isEmpty();
    revision.change(number -> write("orders", number));
    assertThat(settings.present()).containsExactly("orders");
    assertThat(settings.present()).containsExactly("orders");
    assertThat(readAt).containsExactly(before, before + 1);
  }

  @Test
  void while_the_database_cannot_be_read_they_stay_as_they_were() {
    revision.change(number -> write("orders", number));
    assertThat(settings.present()).containsExactly("orders");
    revision.change(number -> write("support", number));
    down = true;
    assertThat(settings.present()).containsExactly("orders");
    down = false;
    assertThat(settings.present()).containsExactly("orders", "support");
  }

  @Test
  void a_change_sees_what_somebody_else_changed_and_is_present_when_it_returns() {
    revision.change(number -> write("orders", number));
    List<String> seen = new ArrayList<>();
    settings.change(
        number -> {
          seen.addAll(settings.present());
          write("support", number);
        });
    assertThat(seen).containsExactly("orders");
    readAt.clear();
    assertThat(settings.present()).containsExactly("orders", "support");
    assertThat(readAt).as("it was read by the change").isEmpty();
  }

  @Test
  void a_change_that_throws_changes_nothing() {
    long before = revision.current();
    assertThatThrownBy(
            () ->
                settings.change(
                    number -> {
                      write("orders", number);
                      throw new SettingsRejectedException("id", "isn't wanted");
                    }))
        .isInstanceOf(SettingsRejectedException.class);
    assertThat(settings.present()).isEmpty();
    assertThat(database.rows("account")).isZero();
    assertThat(revision.current()).isEqualTo(before);
  }
}
