package org.mailroom.console;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Utc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.context.event.EventListener;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.security.authentication.event.InteractiveAuthenticationSuccessEvent;
import org.springframework.security.authentication.event.LogoutSuccessEvent;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * Who did what, and when: a line in the log and a row in the table {@code console_trail}, which all
 * nodes share. Never a secret, and nothing of a mail. While the database is down there is the line
 * alone. What strangers can cause is bounded: so many an hour are written, and what comes then is
 * told once. Rows are kept for {@link #KEPT}.
 *
 * <p>Used by many threads.
 */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class Trail {

  static final Duration KEPT = Duration.ofDays(400);

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.console");
  private static final int MOST_ATTEMPTS_AN_HOUR = 200;
  private static final int LONGEST_NAME = 200;
  private static final int LONGEST = 1000;

  /** What can be done. The words go between who and what. */
  enum Action {
    SIGNED_IN("signed in to"),
    SIGN_IN_FAILED("failed to sign in to"),
    SIGNED_OUT("signed out of"),
    RETRIED("asked to retry"),
    DISCARDED("discarded"),
    DELIVERED_AGAIN("delivered again"),
    PAUSED("paused"),
    RESUMED("resumed"),
    IMPORTED("asked to import"),
    CHECKED("checked"),
    BACKFILLED("asked for a backfill of"),
    CREATED("created"),
    CHANGED("changed"),
    DELETED("deleted"),
    ERASED("erased"),
    EXPORTED("exported"),
    TESTED("tested"),
    CONSENTED("signed a person in with"),
    STARTED("started"),
    STOPPED("stopped"),
    JMX("called"),
    JMX_REFUSED("was refused to call");

    private final String words;

    Action(String words) {
      this.words = words;
    }

    public String inWords() {
      return words;
    }

    private boolean isAttempt() {
      return this == SIGN_IN_FAILED || this == JMX_REFUSED;
    }
  }

  /**
   * @param address from where; null when that isn't known
   * @param detail more of it; or null
   */
  record Entry(
      long id,
      Instant at,
      String who,
      String address,
      Action action,
      String subject,
      String detail) {}

  private record Count(Instant since, int attempts) {}

  private final NamedParameterJdbcTemplate jdbc;
  private final Clock clock;
  private final Map<Action, Count> attempts = new EnumMap<>(Action.class);
  private volatile @Nullable LocalDate cleaned;

  Trail(NamedParameterJdbcTemplate jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.clock = clock;
  }

  @EventListener
  void signedIn(InteractiveAuthenticationSuccessEvent event) {
    String role =
        java.util.Arrays.stream(ConsoleRole.values())
            .filter(each -> each.isOf(event.getAuthentication()))
            .reduce((less, more) -> more)
            .map(ConsoleRole::word)
            .orElse("nobody");
    record(nameOf(event.getAuthentication()), Action.SIGNED_IN, "the console", "as " + role);
  }

  @EventListener
  void signedOut(LogoutSuccessEvent event) {
    record(nameOf(event.getAuthentication()), Action.SIGNED_OUT, "the console", null);
  }

  /** Of whoever is signed in to this request. */
  void record(Action action, String subject, @Nullable String detail) {
    record(nameOf(SecurityContextHolder.getContext().getAuthentication()), action, subject, detail);
  }

  void record(String who, Action action, String subject, @Nullable String detail) {
    String name = clean(who, LONGEST_NAME);
    String what = clean(subject, LONGEST);
    String more = detail == null ? null : clean(detail, LONGEST);
    if (action.isAttempt()) {
      int number = count(action);
      if (number > MOST_ATTEMPTS_AN_HOUR) {
        return;
      }
      more =
          number == MOST_ATTEMPTS_AN_HOUR
              ? "more of them within the hour aren't written down"
              : more;
      LOG.warn(
          "{} {} {} from {}{}",
          name,
          action.words,
          what,
          address(),
          more == null ? "" : ": " + more);
    } else {
      LOG.info("{} {} {}{}", name, action.words, what, more == null ? "" : ": " + more);
    }
    store(name, action, what, more);
  }

  private synchronized int count(Action action) {
    Instant now = clock.instant();
    Count known = attempts.get(action);
    Count next =
        known == null || now.isAfter(known.since().plus(Duration.ofHours(1)))
            ? new Count(now, 1)
            : new Count(known.since(), known.attempts() + 1);
    attempts.put(action, next);
    return next.attempts();
  }

  private void store(String who, Action action, String subject, @Nullable String detail) {
    Map<String, Object> values = new HashMap<>();
    values.put("at", Utc.of(clock.instant()));
    values.put("who", who);
    values.put("address", address());
    values.put("action", action.name());
    values.put("subject", subject);
    values.put("detail", detail);
    try {
      cleanOnceADay();
      jdbc.update(
          "insert into console_trail (done_at, who, address, action, subject, detail) values (:at,"
              + " :who, :address, :action, :subject, :detail)",
          values);
    } catch (DataAccessException | TransactionException databaseDown) {
      LOG.warn(
          "the line above couldn't be added to the trail in the database, which doesn't answer");
    }
  }

  private void cleanOnceADay() {
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    if (!today.equals(cleaned)) {
      cleaned = today;
      jdbc.update(
          "delete from console_trail where done_at < :before",
          Map.of("before", Utc.of(clock.instant().minus(KEPT))));
    }
  }

  /** The latest first; those before an entry, where one is given. */
  List<Entry> list(@Nullable Long before, @Nullable String who, int most) {
    Map<String, Object> values = new HashMap<>();
    values.put("before", before);
    values.put("who", who);
    return jdbc.query(
        "select id, done_at, who, address, action, subject, detail from console_trail where"
            + " (cast(:before as bigint) is null or id < :before) and (cast(:who as varchar) is"
            + " null or who = :who) order by id desc limit "
            + most,
        values,
        Trail::entry);
  }

  private static Entry entry(ResultSet row, int number) throws SQLException {
    return new Entry(
        row.getLong("id"),
        row.getTimestamp("done_at").toInstant(),
        row.getString("who"),
        row.getString("address"),
        Action.valueOf(row.getString("action")),
        row.getString("subject"),
        row.getString("detail"));
  }

  /** Who paused each of these accounts last; without those of which that isn't known. */
  Map<String, String> whoPaused(Collection<String> accounts) {
    Map<String, String> who = new HashMap<>();
    if (!accounts.isEmpty()) {
      try {
        jdbc.query(
            "select subject, who from console_trail where id in (select max(id) from console_trail"
                + " where action = 'PAUSED' and subject in (:subjects) group by subject)",
            Map.of("subjects", accounts.stream().map(Trail::account).toList()),
            row -> {
              who.put(row.getString(1).substring(account("").length()), row.getString(2));
            });
      } catch (DataAccessException databaseDown) {
        LOG.debug("the trail can't be read", databaseDown);
      }
    }
    return who;
  }

  static String account(String id) {
    return "account " + id;
  }

  private static @Nullable String address() {
    String remote =
        RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes request
            ? request.getRequest().getRemoteAddr()
            : null;
    return remote == null ? null : clean(remote, LONGEST_NAME);
  }

  /** One line, and not longer than its column. */
  private static String clean(String text, int longest) {
    String line = text.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", " ");
    return line.length() > longest ? line.substring(0, longest - 1) + "…" : line;
  }

  /**
   * What others know somebody by; after OpenID Connect with the id as well, for names can change.
   */
  static String nameOf(@Nullable Authentication who) {
    if (who == null) {
      return "nobody";
    }
    if (who.getPrincipal() instanceof OidcUser user) {
      return shortNameOf(who)
          + " ("
          + (user.getClaimAsString("oid") != null
              ? user.getClaimAsString("oid")
              : user.getSubject())
          + ")";
    }
    return who.getName();
  }

  static String shortNameOf(Authentication who) {
    if (who.getPrincipal() instanceof OidcUser user) {
      return user.getPreferredUsername() != null
          ? user.getPreferredUsername()
          : user.getEmail() != null ? user.getEmail() : user.getName();
    }
    return who.getName();
  }
}
