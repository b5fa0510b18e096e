package org.mailroom.console;

import org.jolokia.server.core.http.AgentServlet;
import org.jolokia.support.spring.actuator.JolokiaEndpoint;
import org.jolokia.support.spring.actuator.JolokiaProperties;
import org.springframework.boot.actuate.endpoint.web.EndpointServlet;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.stereotype.Component;

/** Puts {@link JmxPolicy} before Jolokia, whose own configuration can only name a class that knows nothing of who asks. */
@Component
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
final class GuardedJolokia implements BeanPostProcessor {

  private final ObjectProvider<JmxPolicy> policy;
  private final ObjectProvider<JolokiaProperties> settings;

  GuardedJolokia(ObjectProvider<JmxPolicy> policy, ObjectProvider<JolokiaProperties> settings) {
    this.policy = policy;
    this.settings = settings;
  }

  @Override
  public Object postProcessAfterInitialization(Object bean, String name) {
    return bean instanceof JolokiaEndpoint ? new Guarded(policy.getObject(), settings.getObject()) : bean;
  }

  /** The endpoint as it was, with a servlet that asks the policy. */
  private static final class Guarded extends JolokiaEndpoint {

    private final JmxPolicy policy;
    private final JolokiaProperties settings;

    private Guarded(JmxPolicy policy, JolokiaProperties settings) {
      super(settings.getConfig());
      this.policy = policy;
      this.settings = settings;
    }

    @Override
    public EndpointServlet get() {
      return new EndpointServlet(new AgentServlet(policy)).withInitParameters(settings.getConfig());
    }
  }
}
