package org.mailroom.monitoring;

import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Mailroom's own MBeans in the platform's MBean server, domain {@code org.mailroom}. Beans of a
 * kind come and go with what they stand for.
 */
final class ManagementBeans implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger("mailroom");
  private static final String DOMAIN = "org.mailroom";

  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
  private final Map<String, ObjectName> registered = new HashMap<>();

  /** Where a bean is made when its name is new. */
  interface Source {
    Object bean(String name);
  }

  /** The one bean of its kind. */
  synchronized void offer(String type, Object bean) {
    register(type, DOMAIN + ":type=" + type, bean);
  }

  /**
   * The beans of a kind: registers those that are new, and takes away those whose names aren't
   * there any more.
   */
  synchronized void offer(String type, Set<String> names, Source source) {
    String prefix = type + "/";
    for (String name : names) {
      if (!registered.containsKey(prefix + name)) {
        register(
            prefix + name,
            DOMAIN + ":type=" + type + ",name=" + ObjectName.quote(name),
            source.bean(name));
      }
    }
    Set<String> wanted = names.stream().map(prefix::concat).collect(Collectors.toSet());
    new HashSet<>(registered.keySet())
        .stream()
            .filter(key -> key.startsWith(prefix) && !wanted.contains(key))
            .forEach(this::remove);
  }

  private void register(String key, String objectName, Object bean) {
    try {
      ObjectName name = new ObjectName(objectName);
      server.registerMBean(bean, name);
      registered.put(key, name);
    } catch (InstanceAlreadyExistsException anotherMailroomInThisProcess) {
      LOG.debug("{} is there already", objectName);
    } catch (JMException e) {
      LOG.warn("{} isn't offered over JMX: {}", objectName, e.getMessage());
    }
  }

  private void remove(String key) {
    try {
      server.unregisterMBean(registered.remove(key));
    } catch (JMException gone) {
      LOG.debug("{} was gone already", key);
    }
  }

  @Override
  public synchronized void close() {
    new HashSet<>(registered.keySet()).forEach(this::remove);
  }
}
