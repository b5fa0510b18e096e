package org.mailroom.kamelet;

import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.Suspendable;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;

/**
 * While it runs its mailbox is an account, which delivers to it. The deliveries come in through a
 * {@code direct:} consumer, so that those that find it paused, as while its route is replaced,
 * wait.
 */
final class SourceConsumer extends DefaultConsumer implements ShutdownAware, Suspendable {

  private final GraphMail graphMail;
  private final String name;
  private final String address;
  private final Map<String, String> fields;
  private @Nullable Consumer deliveries;

  SourceConsumer(
      SourceEndpoint endpoint,
      Processor processor,
      GraphMail graphMail,
      String name,
      Map<String, String> fields) {
    super(endpoint, processor);
    this.graphMail = graphMail;
    this.name = name;
    this.address = "direct:graph-mail-source-" + name;
    this.fields = new TreeMap<>(fields);
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    Consumer begun =
        getEndpoint().getCamelContext().getEndpoint(address).createConsumer(getProcessor());
    deliveries = begun;
    resume(begun::start);
  }

  @Override
  protected void doSuspend() {
    graphMail.end(name);
    ServiceHelper.suspendService(deliveries);
  }

  @Override
  protected void doResume() {
    resume(() -> ServiceHelper.resumeService(deliveries));
  }

  private void resume(Runnable opened) {
    opened.run();
    try {
      graphMail.begin(name, address, fields);
    } catch (RuntimeException e) {
      ServiceHelper.stopService(deliveries);
      throw e;
    }
  }

  @Override
  protected void doStop() throws Exception {
    graphMail.end(name);
    ServiceHelper.stopService(deliveries);
    super.doStop();
  }

  /** What is on its way to it is delivered before it stops. */
  @Override
  public boolean deferShutdown(ShutdownRunningTask task) {
    return true;
  }

  @Override
  public int getPendingExchangesSize() {
    return getEndpoint().getCamelContext().getInflightRepository().size(getRouteId());
  }

  @Override
  public void prepareShutdown(boolean suspendOnly, boolean forced) {
    if (!suspendOnly) {
      graphMail.end(name);
    }
  }
}
