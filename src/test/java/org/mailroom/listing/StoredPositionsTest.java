package org.mailroom.listing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mailroom.SettableClock;
import org.mailroom.graph.Fence;
import org.mailroom.graph.LeaseLostException;
import org.mailroom.graph.ServiceClock;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** Positions in the database: delta links and backfills. */
class StoredPositionsTest {

  private static final URI LINK = URI.create("https://graph.example/v1.0/delta?$token=1");
  private static final Instant SINCE = Instant.parse("2026-01-01T00:00:00Z");
  private static final MailFolder INBOX = new MailFolder("contoso", "a@contoso.com", "inbox");

  private final SettableClock clock = new SettableClock();
  private boolean lost;
  private final Fence fence =
      new Fence() {
        @Override
        public void require(String account) {
          if (lost) {
            throw new LeaseLostException("taken over");
          }
        }

        @Override
        public void requireInTime(String mailbox) {}
      };
  private JdbcTemplate jdbc;
  private TransactionTemplate transaction;
  private DeltaLinks links;
  private Backfills backfills;

  @BeforeEach
  void migrate() {
    DriverManagerDataSource database =
        new DriverManagerDataSource(
            "jdbc:h2:mem:" + java.util.UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    Flyway.configure().dataSource(database).load().migrate();
    jdbc = new JdbcTemplate(database);
    transaction = new TransactionTemplate(new DataSourceTransactionManager(database));
    links = new DeltaLinks(jdbc, transaction, fence, clock, new ServiceClock(clock));
    backfills = backfills(false);
  }

  private Backfills backfills(boolean ofACommand) {
    return new Backfills(jdbc, new BackfillWishes(jdbc, ofACommand), transaction, fence, clock);
  }

  @Test
  void a_delta_link_counts_for_its_account_mailbox_and_folder_only() {
    Instant begun = clock.instant();
    links.storing("a", INBOX, () -> begun).accept(Position.link(LINK));
    clock.pass(Duration.ofHours(1));
    assertStored(links.find("a", "a@contoso.com", "inbox"), LINK, begun);
    assertStored(links.find("a", "b@contoso.com", "inbox"), null, clock.instant());
    assertThat(links.find("a", "a@contoso.com", "other").link()).isNull();
    assertThat(links.find("b", "a@contoso.com", "inbox").link()).isNull();
    links.store(
        "a", "b@contoso.com", "inbox", URI.create("https://graph.example/b"), clock.instant());
    assertThat(links.find("a", "a@contoso.com", "inbox").link())
        .as("back in its mailbox it goes on")
        .isEqualTo(LINK);
    links.forget("a");
    assertThat(links.find("a", "a@contoso.com", "inbox").link()).isNull();
  }

  @Test
  void
      a_link_of_an_earlier_version_which_does_not_say_its_mailbox_is_not_followed_and_its_beginning_counts() {
    jdbc.update(
        "insert into delta_link (account, folder, link, begun_at, updated_at) values ('a', 'inbox',"
            + " ?, ?, ?)",
        LINK.toString(),
        OffsetDateTime.ofInstant(SINCE, ZoneOffset.UTC),
        OffsetDateTime.ofInstant(SINCE, ZoneOffset.UTC));
    assertStored(links.find("a", "a@contoso.com", "inbox"), null, SINCE);
  }

  @Test
  void
      a_backfill_that_was_interrupted_goes_on_behind_what_is_delivered_and_in_its_own_mailbox_and_folder_only() {
    backfills.request("a", SINCE, null, true);
    Backfill begun = backfills.begin("a", "a@contoso.com", List.of("inbox"));
    assertThat(begun.position()).isEqualTo(SINCE);
    backfills.storing(begun, "inbox").accept(Position.receivedBefore(SINCE.plusSeconds(60)));
    backfills.storing(begun, "inbox").accept(Position.receivedBefore(SINCE.plusSeconds(30)));
    backfills.end(begun, false);
    assertThat(backfills.find("a").orElseThrow().ended()).isNull();
    backfills.request("a", SINCE, null, true);
    Backfill again = backfills.begin("a", "a@contoso.com", List.of("inbox"));
    assertThat(again.position()).isEqualTo(SINCE.plusSeconds(60));
    backfills.end(again, false);
    backfills.request("a", SINCE, null, true);
    assertThat(backfills.begin("a", "b@contoso.com", List.of("inbox")).position())
        .as("another mailbox")
        .isEqualTo(SINCE);
    backfills.end(again, true);
    assertThat(backfills.find("a").orElseThrow().ended()).isNotNull();
    assertThat(backfills.request("a", SINCE, null, true).position())
        .as("one that is through begins anew")
        .isEqualTo(SINCE);
  }

  @Test
  void
      a_backfill_of_several_folders_stands_in_each_of_them_where_that_stands_and_as_a_whole_where_the_last_does() {
    List<String> folders = List.of("inbox", "tickets");
    backfills.request("a", SINCE, null, true);
    Backfill begun = backfills.begin("a", "a@contoso.com", folders);
    backfills.storing(begun, "inbox").accept(Position.receivedBefore(SINCE.plusSeconds(60)));
    assertThat(backfills.find("a").orElseThrow().position()).isEqualTo(SINCE);
    backfills.through(begun, "inbox");
    assertThat(backfills.find("a").orElseThrow().position())
        .as("of those in which something is left")
        .isEqualTo(SINCE);
    backfills.storing(begun, "tickets").accept(Position.receivedBefore(SINCE.plusSeconds(20)));
    assertThat(backfills.find("a").orElseThrow().position()).isEqualTo(SINCE.plusSeconds(20));
    backfills.end(begun, false);
    backfills.request("a", SINCE, null, true);
    Backfill again = backfills.begin("a", "a@contoso.com", List.of("inbox", "tickets", "new"));
    assertThat(List.of("inbox", "tickets", "new"))
        .extracting(folder -> backfills.position(again, folder))
        .containsExactly(SINCE.plusSeconds(60), SINCE.plusSeconds(20), SINCE);
    assertThat(List.of("inbox", "tickets", "new"))
        .extracting(folder -> backfills.isThrough(again, folder))
        .containsExactly(true, false, false);
    backfills.end(again, true);
    backfills.request("a", SINCE, null, true);
    assertThat(backfills.isThrough(backfills.begin("a", "a@contoso.com", folders), "inbox"))
        .as("it begins anew")
        .isFalse();
  }

  @Test
  void a_backfill_that_the_database_does_not_take_stays_wanted() {
    backfills.request("a", SINCE, null, true);
    jdbc.execute("alter table backfill rename to backfill_away");
    try {
      backfills.begin("a", "a@contoso.com", List.of("inbox"));
    } catch (org.springframework.dao.DataAccessException down) {
      assertThat(backfills.isUnderway("a")).isTrue();
      assertThat(backfills.running("a")).isEmpty();
    }
    jdbc.execute("alter table backfill_away rename to backfill");
    assertThat(backfills.begin("a", "a@contoso.com", List.of("inbox"))).isNotNull();
  }

  @Test
  void
      a_wish_of_one_node_is_taken_up_by_another_and_goes_on_there_until_it_is_through_or_has_failed() {
    Backfills other = backfills(false);
    backfills.request("a", SINCE, null, true);
    assertThat(other.isWanted("a")).isTrue();
    assertThat(other.underway()).containsExactly("a");
    assertThat(other.unfinished()).containsOnlyKeys("a");
    Backfill begun = other.begin("a", "a@contoso.com", List.of("inbox"));
    assertThat(other.isWanted("a")).as("it is at it").isFalse();
    assertThat(backfills.isUnderway("a")).isTrue();
    assertThat(backfills.running("a")).isEmpty();
    other.storing(begun, "inbox").accept(Position.receivedBefore(SINCE.plusSeconds(60)));
    assertThat(backfills.find("a").orElseThrow().position()).isEqualTo(SINCE.plusSeconds(60));

    other.interrupted(begun);
    Backfill takenOver = backfills.begin("a", "a@contoso.com", List.of("inbox"));
    assertThat(takenOver.position()).isEqualTo(SINCE.plusSeconds(60));
    // asked anew meanwhile, of the other node, for another period
    other.request("a", SINCE.minusSeconds(60), null, true);
    assertThat(backfills.isWanted("a")).isTrue();
    backfills.end(takenOver, false);
    assertThat(backfills.begin("a", "a@contoso.com", List.of("inbox")).since())
        .isEqualTo(SINCE.minusSeconds(60));
    backfills.end(backfills.running("a").orElseThrow(), true);
    assertThat(List.of(backfills.isUnderway("a"), other.isUnderway("a"))).containsOnly(false);
    assertThat(other.begin("a", "a@contoso.com", List.of("inbox"))).isNull();
  }

  @Test
  void what_a_command_was_asked_for_ends_when_it_is_stopped_and_what_others_wish_waits_for_them() {
    Backfills command = backfills(true);
    command.request("a", SINCE, null, true);
    command.interrupted(command.begin("a", "a@contoso.com", List.of("inbox")));
    assertThat(backfills.isUnderway("a")).isFalse();
    backfills.request("a", SINCE, null, true);
    command.interrupted(command.begin("a", "a@contoso.com", List.of("inbox")));
    assertThat(backfills.isUnderway("a")).isTrue();
  }

  private static void assertStored(DeltaLinks.Stored stored, URI link, Instant begunAt) {
    assertThat(stored.link()).isEqualTo(link);
    assertThat(stored.begunAt().get()).isEqualTo(begunAt);
  }

  @Test
  void a_position_is_not_stored_by_a_node_that_has_lost_the_mailbox() {
    backfills.request("a", SINCE, null, true);
    Backfill begun = backfills.begin("a", "a@contoso.com", List.of("inbox"));
    lost = true;
    assertThatThrownBy(() -> links.storing("a", INBOX, clock::instant).accept(Position.link(LINK)))
        .isInstanceOf(LeaseLostException.class);
    assertThatThrownBy(
            () ->
                backfills
                    .storing(begun, "inbox")
                    .accept(Position.receivedBefore(SINCE.plusSeconds(60))))
        .isInstanceOf(LeaseLostException.class);
    assertThatThrownBy(() -> backfills.end(begun, true)).isInstanceOf(LeaseLostException.class);
    lost = false;
    assertThat(links.find("a", "a@contoso.com", "inbox").link()).isNull();
    assertThat(
            jdbc.queryForObject(
                "select count(*) from backfill_folder where position_at > ?",
                Long.class,
                OffsetDateTime.ofInstant(SINCE, ZoneOffset.UTC)))
        .isZero();
    assertThat(
            jdbc.queryForObject("select count(*) from backfill where ended_at is null", Long.class))
        .isEqualTo(1);
  }
}
