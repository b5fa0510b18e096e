package org.mailroom.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockHttpSession;

/** Which requests keep a session alive. */
class IdleSessionsTest {

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private final IdleSessions filter =
      new IdleSessions(
          new Clock() {
            @Override
            public ZoneId getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
              return this;
            }

            @Override
            public Instant instant() {
              return now;
            }
          });

  private void ask(MockHttpSession session, Duration later, String path, boolean byScript)
      throws Exception {
    now = now.plus(later);
    MockHttpServletRequest request = new MockHttpServletRequest("GET", path);
    request.setServletPath(path);
    request.setSession(session);
    if (byScript) {
      request.addHeader("X-Mailroom-Update", "1");
    }
    filter.doFilter(request, new MockHttpServletResponse(), new MockFilterChain());
  }

  private static MockHttpSession session() {
    MockHttpSession session = new MockHttpSession();
    session.setMaxInactiveInterval(8 * 3600);
    return session;
  }

  @Test
  void a_page_that_refreshes_itself_and_hawtio_do_not_keep_a_session_alive_and_a_person_does()
      throws Exception {
    MockHttpSession open = session();
    ask(open, Duration.ZERO, "/", false);
    for (int hour = 1; hour < 8; hour++) {
      ask(
          open,
          Duration.ofHours(1),
          hour % 2 == 0 ? "/" : "/actuator/hawtio/jolokia",
          hour % 2 == 0);
      assertThat(open.isInvalid()).as("after %s hours", hour).isFalse();
    }
    ask(open, Duration.ofHours(1), "/", true);
    assertThat(open.isInvalid()).isTrue();

    MockHttpSession used = session();
    for (int hour = 0; hour < 20; hour++) {
      ask(used, Duration.ofHours(1), "/failed", hour % 7 != 0);
      assertThat(used.isInvalid()).as("after %s hours", hour).isFalse();
    }
  }
}
