package org.mailroom.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import java.time.Clock;
import java.util.Map;
import javax.management.ObjectName;
import org.jolokia.server.core.util.RequestType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;

/** What each role may do over JMX, by default and with the setting that gives everything. */
class JmxPolicyTest {

  private static final String DIAGNOSTICS = "com.sun.management:type=DiagnosticCommand";
  private static final String ROUTE =
      "org.apache.camel:context=mailroom,type=routes,name=\"import-account\"";

  private static JmxPolicy policy(String jmx) {
    MailroomProperties properties =
        new Binder(new MapConfigurationPropertySource(Map.of("mailroom.console.jmx", jmx)))
            .bindOrCreate("mailroom", MailroomProperties.class);
    return new JmxPolicy(
        properties, new Trail(mock(NamedParameterJdbcTemplate.class), Clock.systemUTC()));
  }

  private static void signIn(ConsoleRole role) {
    SecurityContextHolder.getContext()
        .setAuthentication(
            UsernamePasswordAuthenticationToken.authenticated(
                "somebody", null, role.authorities()));
  }

  @AfterEach
  void signOut() {
    SecurityContextHolder.clearContext();
  }

  private static boolean calls(JmxPolicy policy, String name, String operation) throws Exception {
    return policy.isOperationAllowed(new ObjectName(name), operation);
  }

  @Test
  void a_viewer_reads_an_operator_operates_and_nobody_does_more() throws Exception {
    JmxPolicy policy = policy("mailroom-and-routes");
    signIn(ConsoleRole.VIEWER);
    assertThat(calls(policy, ROUTE, "stop()")).isFalse();
    assertThat(calls(policy, "org.mailroom:type=Failures", "retry")).isFalse();
    assertThat(policy.isAttributeReadAllowed(new ObjectName("org.mailroom:type=Failures"), "Total"))
        .isTrue();
    for (ConsoleRole role : new ConsoleRole[] {ConsoleRole.OPERATOR, ConsoleRole.ADMINISTRATOR}) {
      signIn(role);
      for (String operation :
          new String[] {
            "stop()",
            "stop",
            "stop(long)",
            "stop(java.lang.Long,java.lang.Boolean)",
            "start()",
            "suspend()",
            "resume()",
            "restart()"
          }) {
        assertThat(calls(policy, ROUTE, operation)).as(operation).isTrue();
      }
      for (String operation :
          new String[] {
            "remove()",
            "updateRouteFromXml(java.lang.String)",
            "setTracing",
            "stopAndFail()",
            "stop()x",
            "",
            "dumpRouteAsXml(boolean)"
          }) {
        assertThat(calls(policy, ROUTE, operation)).as(operation).isFalse();
      }
      assertThat(calls(policy, "org.mailroom:type=Failures", "retry")).isTrue();
      assertThat(calls(policy, "org.mailroom.evil:type=Failures", "retry")).isFalse();
      assertThat(
              calls(
                  policy,
                  "org.apache.camel:context=mailroom,type=context,name=\"mailroom\"",
                  "stop()"))
          .isFalse();
      assertThat(calls(policy, "*:type=routes,*", "stop()")).isFalse();
      assertThat(calls(policy, DIAGNOSTICS, "jvmtiAgentLoad")).isFalse();
      assertThat(policy.isAttributeWriteAllowed(new ObjectName("java.lang:type=Memory"), "Verbose"))
          .isFalse();
      assertThat(policy.isAttributeReadAllowed(new ObjectName(DIAGNOSTICS), null)).isFalse();
      assertThat(policy.isTypeAllowed(RequestType.WRITE)).isFalse();
      assertThat(policy.isObjectNameHidden(new ObjectName(DIAGNOSTICS))).isTrue();
    }
  }

  @Test
  void the_setting_that_gives_everything_gives_it_to_administrators_alone() throws Exception {
    JmxPolicy policy = policy("any-operation-and-code");
    signIn(ConsoleRole.OPERATOR);
    assertThat(calls(policy, DIAGNOSTICS, "jvmtiAgentLoad")).isFalse();
    assertThat(policy.isTypeAllowed(RequestType.WRITE)).isFalse();
    signIn(ConsoleRole.ADMINISTRATOR);
    assertThat(calls(policy, DIAGNOSTICS, "jvmtiAgentLoad")).isTrue();
    assertThat(policy.isTypeAllowed(RequestType.WRITE)).isTrue();
    assertThat(policy.isAttributeWriteAllowed(new ObjectName("java.lang:type=Memory"), "Verbose"))
        .isTrue();
    assertThat(policy.isObjectNameHidden(new ObjectName(DIAGNOSTICS))).isFalse();
  }
}
