package org.mailroom.monitoring;

import io.micrometer.core.instrument.MeterRegistry;
import org.mailroom.schedule.NodeName;
import org.mailroom.settings.MailroomProperties;
import org.springframework.boot.actuate.autoconfigure.metrics.MeterRegistryCustomizer;
import org.springframework.stereotype.Component;

/** Every metric says which node it is of: the tag {@code node}. */
@Component
final class NodeTag implements MeterRegistryCustomizer<MeterRegistry> {

  private final String name;

  NodeTag(MailroomProperties properties) {
    this.name = NodeName.of(properties);
  }

  @Override
  public void customize(MeterRegistry registry) {
    registry.config().commonTags("node", name);
  }
}
