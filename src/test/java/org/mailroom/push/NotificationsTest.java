package org.mailroom.push;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.schedule.AccountSchedule;
import org.mailroom.settings.PollAt;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * What becomes of notifications, true and forged. There is neither a database nor a service here
 * that anything could be asked of.
 */
@ExtendWith(OutputCaptureExtension.class)
class NotificationsTest {

  private static final String SUPPORT = "support@contoso.com";
  private static final String SECRET = ClientState.make();

  private final List<String> imported = new ArrayList<>();
  private final Map<String, Account> known = new TreeMap<>();
  private final Accounts accounts = mock(Accounts.class);
  private final AccountSchedule schedule = PushParts.schedule(imported);
  private final Wakes wakes = new Wakes(accounts, schedule);
  private final SubscriptionIndex index = new SubscriptionIndex(wakes);
  private final LifecycleEvents events = new LifecycleEvents();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Notifications notifications =
      new Notifications(index, wakes, events, new ObjectMapper(), meters);

  @BeforeEach
  void one() {
    when(accounts.all()).thenAnswer(asked -> List.copyOf(known.values()));
    known.put(
        "support", PushParts.account("support", "Support@contoso.com", List.of("inbox"), null));
    known.put("tickets", PushParts.account("tickets", SUPPORT, List.of("archive"), null));
    known.put("orders", PushParts.account("orders", "orders@contoso.com", List.of("inbox"), null));
    index.replace(List.of(row("s1", SUPPORT)));
  }

  private static Subscription row(String id, String mailbox) {
    return row(id, mailbox, ClientState.hash(SECRET));
  }

  private static Subscription row(String id, String mailbox, String hash) {
    return new Subscription(
        mailbox,
        "contoso",
        "",
        "",
        id,
        hash,
        Instant.MAX,
        Instant.MAX,
        null,
        0,
        Instant.MAX,
        null,
        null,
        0);
  }

  private static String notification(String id, String secret, String more) {
    return "{\"subscriptionId\":\"" + id + "\",\"clientState\":\"" + secret + "\"" + more + "}";
  }

  private boolean take(String... all) {
    return notifications.take(("{\"value\":[" + String.join(",", all) + "]}").getBytes(UTF_8));
  }

  private double count(String result) {
    return meters.get("mailroom.notifications").tag("result", result).counter().count();
  }

  @Test
  void a_burst_of_true_ones_wakes_each_account_of_the_mailbox_once() {
    assertThat(
            take(
                IntStream.range(0, 500)
                    .mapToObj(i -> notification("s1", SECRET, ",\"changeType\":\"created\""))
                    .toArray(String[]::new)))
        .isTrue();
    assertThat(imported).as("whoever sends isn't kept waiting by that").isEmpty();
    wakes.wake();
    wakes.wake();
    assertThat(imported).containsExactly("support", "tickets");
    assertThat(count("woken")).isEqualTo(500);
  }

  @Test
  void a_flood_of_forged_ones_wakes_nobody_is_counted_and_writes_no_line(CapturedOutput output) {
    String unknown =
        IntStream.range(0, 1000)
            .mapToObj(i -> notification(UUID.randomUUID().toString(), SECRET, ""))
            .collect(Collectors.joining(","));
    String wrong =
        IntStream.range(0, 1000)
            .mapToObj(i -> notification("s1", ClientState.make(), ""))
            .collect(Collectors.joining(","));
    take(
        unknown,
        wrong,
        notification("s1", "", ""),
        notification("s1", SECRET + "x".repeat(1000), ""),
        "{\"subscriptionId\":\"s1\"}",
        "7",
        "null",
        notification("s1", ClientState.make(), ",\"lifecycleEvent\":\"subscriptionRemoved\""));
    wakes.wake();
    assertThat(imported).isEmpty();
    assertThat(events.isRemoved("s1")).isFalse();
    assertThat(count("unknown")).isEqualTo(1002);
    assertThat(count("wrong-state")).isEqualTo(1004);
    assertThat(output.getOut()).isEmpty();
  }

  @Test
  void where_no_secret_of_a_subscription_is_known_no_notification_of_it_is_true() {
    index.replace(List.of(row("s1", SUPPORT, null)));
    assertThat(take(notification("s1", SECRET, ""), notification("s1", "", ""))).isTrue();
    wakes.wake();
    assertThat(imported).isEmpty();
    assertThat(count("wrong-state")).isEqualTo(2);
  }

  @Test
  void what_is_no_notification_at_all_is_refused_and_counted() {
    assertThat(notifications.take("value".getBytes(UTF_8))).isFalse();
    assertThat(notifications.take("{\"value\":7}".getBytes(UTF_8))).isFalse();
    assertThat(notifications.take(new byte[0])).isFalse();
    assertThat(notifications.take("[".repeat(200_000).getBytes(UTF_8))).isFalse();
    assertThat(count("unreadable")).isEqualTo(4);
  }

  @Test
  void
      events_of_a_subscriptions_life_are_noted_and_all_but_the_reauthorization_have_the_mailbox_looked_at() {
    take(notification("s1", SECRET, ",\"lifecycleEvent\":\"reauthorizationRequired\""));
    wakes.wake();
    assertThat(imported).isEmpty();
    assertThat(events.isToBeRenewed("s1")).isTrue();
    take(notification("s1", SECRET, ",\"lifecycleEvent\":\"missed\""));
    wakes.wake();
    assertThat(imported).containsExactly("support", "tickets");
    take(notification("s1", SECRET, ",\"lifecycleEvent\":\"subscriptionRemoved\""));
    wakes.wake();
    assertThat(imported).hasSize(4);
    assertThat(events.isRemoved("s1")).isTrue();
    assertThat(count("lifecycle")).isEqualTo(3);
  }

  @Test
  void accounts_that_are_paused_or_have_times_of_their_own_are_not_woken() {
    known.put(
        "tickets",
        PushParts.account(
            "tickets", SUPPORT, List.of("archive"), PollAt.parse("0 0 6 * * *", "UTC")));
    when(schedule.isPaused("support")).thenReturn(true);
    take(notification("s1", SECRET, ""));
    wakes.wake();
    assertThat(imported).isEmpty();
  }

  @Test
  void a_mailbox_whose_subscription_becomes_known_later_is_looked_at_for_what_nobody_told_of() {
    index.replace(List.of(row("s1", SUPPORT), row("s2", "orders@contoso.com")));
    wakes.wake();
    assertThat(imported).containsExactly("orders");
    index.replace(List.of(row("s2", "orders@contoso.com")));
    wakes.wake();
    assertThat(imported).hasSize(1);
    take(notification("s1", SECRET, ""));
    assertThat(count("unknown")).as("it isn't there any more").isEqualTo(1);
  }
}
