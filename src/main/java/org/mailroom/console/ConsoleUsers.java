package org.mailroom.console;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Wait;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.core.userdetails.UsernameNotFoundException;
import org.springframework.security.crypto.keygen.KeyGenerators;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;

/**
 * Who may enter the console by password: {@code spring.security.user.*} where a password is set
 * there, else {@code admin} with the password of the database; and the users that were made in the
 * console. What was read is remembered for some seconds, and while the database is down, so that
 * the console and the health can be read then.
 */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class ConsoleUsers implements UserDetailsService {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom");
  private static final Duration REMEMBERED = Duration.ofSeconds(5);

  private static final int MOST_REMEMBERED = 1000;

  private record Known(UserTable.User user, Wait untilRead) {}

  private final AdminPassword admin;
  private final ConsoleAddress address;
  private final Clock clock;
  private final String name;
  private final @Nullable String configured;
  private final byte[] markKey = KeyGenerators.secureRandom(32).generateKey();
  private final ConsoleRole configuredRole;
  private final UserTable table;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  ConsoleUsers(JdbcTemplate jdbc, Clock clock, Environment environment, ConsoleAddress address) {
    this.admin = new AdminPassword(jdbc, clock);
    this.table = new UserTable(jdbc, admin, clock);
    this.address = address;
    this.clock = clock;
    String password = environment.getProperty("spring.security.user.password", "");
    this.configured = password.isBlank() ? null : password;
    this.name =
        configured == null
            ? AdminPassword.USER
            : environment.getProperty("spring.security.user.name", AdminPassword.USER);
    this.configuredRole =
        ConsoleRole.of(environment.getProperty("spring.security.user.roles"))
            .orElse(ConsoleRole.ADMINISTRATOR);
  }

  UserTable table() {
    return table;
  }

  /** The user of the configuration, else {@code admin}. */
  String name() {
    return name;
  }

  /** No other user may have that name. */
  boolean isReserved(String user) {
    return name.equals(user) || AdminPassword.USER.equals(user);
  }

  AdminPassword password() {
    return admin;
  }

  /**
   * Tells one password and role from another, and nothing else of it: the key is this process's.
   */
  String mark(UserDetails user) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(markKey, "HmacSHA256"));
      return HexFormat.of()
          .formatHex(
              mac.doFinal(
                  (user.getPassword() + user.getAuthorities()).getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Whether password and role that somebody signed in with are still those that count; what can't
   * be found out now doesn't end a session.
   */
  boolean isCurrent(PasswordUser user) {
    try {
      return user.mark().equals(mark(loadUserByUsername(user.name())));
    } catch (DataAccessException | TransactionException databaseDown) {
      return true;
    } catch (UsernameNotFoundException gone) {
      return false;
    }
  }

  /** Whether there is such a user, as far as that can be found out now. */
  boolean isKnown(String username) {
    try {
      return loadUserByUsername(username) != null;
    } catch (UsernameNotFoundException | DataAccessException | TransactionException unknown) {
      return false;
    }
  }

  /** The password is Mailroom's own, not one of the configuration. */
  boolean isPasswordOwn() {
    return configured == null;
  }

  /**
   * Tells a new installation how to sign in, this once; and reads the hash, for the database may be
   * down when the first one signs in.
   */
  @EventListener(ApplicationReadyEvent.class)
  void greet() {
    if (configured != null) {
      return;
    }
    admin
        .createIfMissing()
        .ifPresent(
            password ->
                LOG.info(
                    "The console's user is {}, the password {} (told this once; a new one: mailroom"
                        + " password). Sign in at {}",
                    name,
                    password,
                    address.local()));
    find(name);
  }

  @Override
  public UserDetails loadUserByUsername(String username) {
    if (configured != null && name.equals(username)) {
      return User.withUsername(name)
          .password(configured.matches("(?s)^\\{.+}.*$") ? configured : "{noop}" + configured)
          .authorities(configuredRole.authorities())
          .build();
    }
    if (configured != null && AdminPassword.USER.equals(username)) {
      throw new UsernameNotFoundException(username);
    }
    UserTable.User found = find(username);
    return User.withUsername(found.name())
        .password(found.hash())
        .authorities(found.role().authorities())
        .build();
  }

  private UserTable.User find(String username) {
    Known remembered = known.get(username);
    if (remembered != null && !remembered.untilRead().isOver(clock.instant())) {
      return remembered.user();
    }
    try {
      UserTable.User found = table.find(username).orElse(null);
      if (found == null) {
        known.remove(username);
        throw new UsernameNotFoundException(username);
      }
      remember(found);
      return found;
    } catch (DataAccessException databaseDown) {
      if (remembered == null) {
        throw databaseDown;
      }
      remember(remembered.user());
      return remembered.user();
    }
  }

  private void remember(UserTable.User user) {
    if (known.size() < MOST_REMEMBERED || known.containsKey(user.name())) {
      known.put(user.name(), new Known(user, Wait.of(REMEMBERED, clock.instant())));
    }
  }
}
