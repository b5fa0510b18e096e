package org.mailroom.console;

import java.util.Map;
import java.util.Set;
import javax.management.ObjectName;
import org.jolokia.server.core.service.api.Restrictor;
import org.jolokia.server.core.util.HttpMethod;
import org.jolokia.server.core.util.RequestType;
import org.mailroom.settings.Console.Jmx;
import org.mailroom.settings.MailroomProperties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;

/**
 * What may be done over Jolokia, and so in Hawtio. What is named here is allowed and nothing else,
 * for among a JVM's MBeans are some that read any file and run any code: Camel's context evaluates
 * expressions and creates endpoints, the JVM's own diagnostic commands load agents. Everybody who
 * is signed in may read what belongs to Mailroom, Camel and the JVM; operators may call Mailroom's
 * own operations and start, stop and suspend routes. With {@code mailroom.console.jmx:
 * any-operation-and-code} administrators may do everything that JMX can, which is everything that
 * the process can.
 *
 * <p>Each call is in the {@link Trail}, refused ones as well. The restriction is asked on the
 * thread of the request.
 */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class JmxPolicy implements Restrictor {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom.console");

  private static final String OWN = "org.mailroom";
  private static final String CAMEL = "org.apache.camel";

  private static final Set<String> READ = Set.of(OWN, CAMEL, "java.lang", "java.nio", "hawtio");

  /**
   * Arguments of the command line may hold secrets; an account of what Java was started with does,
   * too.
   */
  private static final Map<String, Set<String>> NOT_READ =
      Map.of("java.lang", Set.of("SystemProperties", "InputArguments"));

  /**
   * What changes the flow, and can be taken back: no {@code remove}, no {@code updateRouteFromXml}.
   */
  private static final Set<String> OF_ROUTES =
      Set.of("start", "stop", "suspend", "resume", "restart");

  /**
   * Draws a route with its counts. Only as written here: with arguments the XML comes with its
   * placeholders resolved, secrets among them.
   */
  private static final Map<String, Set<String>> DRAWING =
      Map.of(
          "context",
              Set.of(
                  "dumpRoutesAsXml()",
                  "dumpRoutesStatsAsXml",
                  "dumpRoutesStatsAsXml(boolean,boolean)"),
          "routes",
              Set.of(
                  "dumpRouteAsXml()",
                  "dumpRouteStatsAsXml",
                  "dumpRouteStatsAsXml(boolean,boolean)"));

  private static final Set<RequestType> TYPES =
      Set.of(
          RequestType.READ,
          RequestType.LIST,
          RequestType.SEARCH,
          RequestType.VERSION,
          RequestType.EXEC);

  private final Trail trail;
  private final boolean everything;

  JmxPolicy(MailroomProperties properties, Trail trail) {
    this.trail = trail;
    this.everything = properties.console().jmx() == Jmx.ANY_OPERATION_AND_CODE;
    if (everything) {
      LOG.warn(
          "mailroom.console.jmx is any-operation-and-code: whoever signs in as administrator can"
              + " read and write every file of this process and run any program as its user");
    }
  }

  private static Authentication who() {
    return SecurityContextHolder.getContext().getAuthentication();
  }

  private boolean mayDoEverything() {
    return everything && ConsoleRole.ADMINISTRATOR.isOf(who());
  }

  @Override
  public boolean isHttpMethodAllowed(HttpMethod method) {
    return method == HttpMethod.GET || method == HttpMethod.POST;
  }

  @Override
  public boolean isTypeAllowed(RequestType type) {
    return TYPES.contains(type) || mayDoEverything();
  }

  @Override
  public boolean isAttributeReadAllowed(ObjectName name, String attribute) {
    if (mayDoEverything()) {
      return true;
    }
    return READ.contains(name.getDomain())
        && (attribute == null
            || !NOT_READ.getOrDefault(name.getDomain(), Set.of()).contains(attribute));
  }

  @Override
  public boolean isAttributeWriteAllowed(ObjectName name, String attribute) {
    trail.record(
        mayDoEverything() ? Trail.Action.JMX : Trail.Action.JMX_REFUSED,
        name.getCanonicalName(),
        "set " + attribute);
    return mayDoEverything();
  }

  @Override
  public boolean isOperationAllowed(ObjectName name, String operation) {
    if (isDrawing(name, operation)) {
      LOG.debug("{} called {} of {}", Trail.nameOf(who()), operation, name);
      return true;
    }
    boolean allowed =
        mayDoEverything() || (isNamed(name, operation) && ConsoleRole.OPERATOR.isOf(who()));
    record(allowed, name, operation);
    return allowed;
  }

  /** Hawtio also asks, for each operation that it shows, whether it may be called. */
  private static boolean isDrawing(ObjectName name, String operation) {
    return (name.getDomain().equals("hawtio") && String.valueOf(operation).startsWith("canInvoke("))
        || (!name.isPattern()
            && name.getDomain().equals(CAMEL)
            && DRAWING
                .getOrDefault(String.valueOf(name.getKeyProperty("type")), Set.of())
                .contains(operation));
  }

  private static boolean isNamed(ObjectName name, String operation) {
    if (name.isPattern() || operation == null) {
      return false;
    }
    return name.getDomain().equals(OWN)
        || (name.getDomain().equals(CAMEL)
            && "routes".equals(name.getKeyProperty("type"))
            && OF_ROUTES.contains(operation.replaceFirst("\\([a-zA-Z.,]*\\)$", "")));
  }

  /** What is done to an account is told as if it were done on its page. */
  private void record(boolean allowed, ObjectName name, String operation) {
    String called = operation == null ? "" : operation.replaceFirst("\\(.*", "");
    if (allowed
        && name.getDomain().equals(OWN)
        && "Account".equals(name.getKeyProperty("type"))
        && Set.of("pause", "resume").contains(called)) {
      trail.record(
          "pause".equals(called) ? Trail.Action.PAUSED : Trail.Action.RESUMED,
          Trail.account(ObjectName.unquote(name.getKeyProperty("name"))),
          "over JMX");
    } else {
      trail.record(
          allowed ? Trail.Action.JMX : Trail.Action.JMX_REFUSED,
          name.getCanonicalName(),
          operation);
    }
  }

  /** Addresses are the login's business. */
  @Override
  public boolean isRemoteAccessAllowed(String... hostOrAddress) {
    return true;
  }

  /** {@link SameOriginFilter} has looked at it. */
  @Override
  public boolean isOriginAllowed(String origin, boolean strict) {
    return true;
  }

  @Override
  public boolean isObjectNameHidden(ObjectName name) {
    return !READ.contains(name.getDomain()) && !mayDoEverything();
  }
}
