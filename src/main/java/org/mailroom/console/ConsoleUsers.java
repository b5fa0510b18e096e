package org.mailroom.console;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
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
import org.springframework.stereotype.Component;

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
