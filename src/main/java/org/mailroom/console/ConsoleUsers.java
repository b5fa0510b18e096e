package org.mailroom.console;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
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
 * Who may enter the console by password: {@code spring.security.user.*} where a password is set there, else {@code admin} with the
 * password of the database. Its hash is remembered for some seconds, so that the console and the health can be read while the database
 * is down.
 */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class ConsoleUsers implements UserDetailsService {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom");
  private static final Duration REMEMBERED = Duration.ofSeconds(5);

  private record Known(String hash, Instant readAt) {}

  private final AdminPassword admin;
  private final ConsoleAddress address;
  private final Clock clock;
  private final String name;
  private final String configured;
  private final byte[] markKey = KeyGenerators.secureRandom(32).generateKey();
  private volatile Known known;

  ConsoleUsers(JdbcTemplate jdbc, Clock clock, Environment environment, ConsoleAddress address) {
    this.admin = new AdminPassword(jdbc, clock);
    this.address = address;
    this.clock = clock;
    String password = environment.getProperty("spring.security.user.password", "");
    this.configured = password.isBlank() ? null : password;
    this.name = configured == null ? AdminPassword.USER : environment.getProperty("spring.security.user.name", AdminPassword.USER);
  }

  AdminPassword password() {
    return admin;
  }

  /** Tells one password from another, and nothing else of it: the key is this process's. */
  String mark(String hash) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(markKey, "HmacSHA256"));
      return HexFormat.of().formatHex(mac.doFinal(hash.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether the password that somebody signed in with is still the one that counts; what can't be found out now doesn't end a session. */
  boolean isCurrent(PasswordUser user) {
    try {
      return user.mark().equals(mark(loadUserByUsername(user.name()).getPassword()));
    } catch (DataAccessException | TransactionException databaseDown) {
      return true;
    } catch (UsernameNotFoundException gone) {
      return false;
    }
  }

  /** The password is Mailroom's own, not one of the configuration. */
  boolean isPasswordOwn() {
    return configured == null;
  }

  /** Tells a new installation how to sign in, this once; and reads the hash, for the database may be down when the first one signs in. */
  @EventListener(ApplicationReadyEvent.class)
  void greet() {
    if (configured != null) {
      return;
    }
    admin.createIfMissing().ifPresent(password -> LOG.info(
        "The console's user is {}, the password {} (told this once; a new one: mailroom password). Sign in at {}", name, password, address.local()));
    hash();
  }

  @Override
  public UserDetails loadUserByUsername(String username) {
    if (!name.equals(username)) {
      throw new UsernameNotFoundException(username);
    }
    if (configured != null) {
      return User.withUsername(name).password(configured.matches("(?s)^\\{.+}.*$") ? configured : "{noop}" + configured).roles("OPERATOR").build();
    }
    return User.withUsername(name).password(hash()).roles("OPERATOR").build();
  }

  private String hash() {
    Known remembered = known;
    if (remembered != null && clock.instant().isBefore(remembered.readAt().plus(REMEMBERED))) {
      return remembered.hash();
    }
    try {
      String hash = admin.hash().orElseThrow(() -> new UsernameNotFoundException(name));
      known = new Known(hash, clock.instant());
      return hash;
    } catch (DataAccessException databaseDown) {
      if (remembered == null) {
        throw databaseDown;
      }
      known = new Known(remembered.hash(), clock.instant());
      return remembered.hash();
    }
  }
}
