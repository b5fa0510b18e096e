package org.mailroom.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/**
 * A stand-in for Entra ID and Exchange Online on this machine: HTTPS on loopback, with a
 * certificate made at its start. It behaves as the service is documented and known to behave, not
 * as Mailroom happens to need.
 */
public final class DemoTenant implements AutoCloseable {

  public static final String TENANT_ID = "11111111-2222-3333-4444-555555555555";
  public static final String CLIENT_ID = "66666666-7777-8888-9999-000000000000";
  public static final String CLIENT_SECRET = "demo~secret~of~nobody";

  private final DemoTenantOptions options;
  private final ExecutorService threads;
  private final DemoCertificate certificate;
  private final DemoServer server;
  private final DemoStranger stranger;
  private final DemoIdentityPlatform identityPlatform;
  private final DemoGraph graph;
  private final DemoLimits limits;
  private final DemoFaults faults = new DemoFaults();
  private final ConcurrentLinkedQueue<DemoRequest> requests = new ConcurrentLinkedQueue<>();
  private final DemoLatency latency = new DemoLatency();
  private final DemoCounters counters = new DemoCounters();
  private final DemoPolls polls = new DemoPolls();
  private final DemoClock clock = new DemoClock();
  private final DemoViolations violations = new DemoViolations();
  private final DemoWatch watch = new DemoWatch(violations, clock);
  private final DemoTokenWatch tokenWatch = new DemoTokenWatch(violations);
  private final DemoNotifier notifier = new DemoNotifier();
  private final DemoSubscriptions subscriptions = new DemoSubscriptions(clock, notifier);
  private final DemoDirectory directory;
  private volatile boolean recording = true;
  private DemoMachine machine;

  private DemoTenant(DemoTenantOptions options) throws IOException, GeneralSecurityException {
    this.options = options;
    certificate = DemoCertificate.create();
    threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "demo-tenant");
              thread.setDaemon(true);
              return thread;
            });
    SSLContext tls = certificate.sslContext();
    server = new DemoServer(tls, options.port(), threads);
    stranger = new DemoStranger(tls, threads, violations);
    identityPlatform =
        new DemoIdentityPlatform(TENANT_ID, loginUrl(), clock, options.tokenLifetime());
    DemoDamage damage = new DemoDamage(clock, stranger);
    directory = new DemoDirectory(graphUrl());
    graph =
        new DemoGraph(
            graphUrl(), options.seed(), faults, damage, counters, subscriptions, directory);
    limits = new DemoLimits(options.requestsPerWindow(), options.window());
    register(CLIENT_ID, CLIENT_SECRET, Set.of("Mail.ReadWrite"));
    DemoLogin login = new DemoLogin(identityPlatform, tokenWatch, violations);
    server.start(
        new DemoService(
                loginUrl(),
                graph,
                login,
                identityPlatform.tokens(),
                faults,
                damage,
                watch,
                tokenWatch,
                limits,
                latency,
                clock,
                threads,
                this::log)
            ::handle);
  }

  /**
   * Starts a tenant with one application, {@link #CLIENT_ID}, that may read and write all
   * mailboxes.
   */
  public static DemoTenant start(DemoTenantOptions options) {
    // for servers of the JDK beside it: otherwise their small answers wait for the client's
    // acknowledgement
    System.setProperty("sun.net.httpserver.nodelay", "true");
    try {
      return new DemoTenant(options);
    } catch (IOException e) {
      throw new UncheckedIOException("the demo tenant can't listen on port " + options.port(), e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the demo tenant can't make its certificate", e);
    }
  }

  public static DemoTenant start() {
    return start(DemoTenantOptions.defaults());
  }

  public String loginUrl() {
    return "https://localhost:" + server.port();
  }

  public String graphUrl() {
    return loginUrl() + DemoService.VERSION;
  }

  /** The certificate to trust, PEM. */
  public String certificatePem() {
    try {
      return certificate.pem();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Applications, users, and what can go wrong with them. */
  public DemoIdentity identity() {
    return new DemoIdentity(identityPlatform, tokenWatch);
  }

  /**
   * A machine in Azure whose managed identities are of this tenant; made when it is first asked
   * for.
   */
  public synchronized DemoMachine machine() {
    if (machine == null) {
      machine = new DemoMachine(identityPlatform, threads);
    }
    return machine;
  }

  /** Shares a mailbox with somebody who has one of one's own. */
  public void share(String mailbox, String with) {
    graph.share(mailbox, with);
  }

  /** Returns a mailbox; it is made when it isn't there, and with it its owner, who can sign in. */
  public DemoMailbox mailbox(String address) {
    identityPlatform.user(address);
    return graph.mailbox(address);
  }

  /** Registers another application with its roles, such as Mail.Read. */
  public void register(String clientId, String secret, Set<String> roles) {
    identityPlatform.application(clientId).secret(secret, Instant.MAX).roles(roles);
  }

  /** Every access token that was issued is refused from now on. */
  public void revokeTokens() {
    identityPlatform.tokens().revokeAll();
  }

  /** Every delta link that was given out is answered with 410. */
  public void forgetDeltaTokens() {
    graph.forgetDeltaTokens();
  }

  /** Subscriptions to change notifications. */
  public DemoSubscriptions subscriptions() {
    return subscriptions;
  }

  /** Groups. */
  public DemoDirectory directory() {
    return directory;
  }

  public DemoFaults faults() {
    return faults;
  }

  /** What was asked of Graph so far, parts of batches included. */
  public List<DemoRequest> requests() {
    return List.copyOf(requests);
  }

  /**
   * From now on requests are only counted: a list of them all would fill the memory of a tenant
   * that runs long.
   */
  public void stopRecording() {
    recording = false;
    requests.clear();
  }

  public DemoCounters counters() {
    return counters;
  }

  public DemoLatency latency() {
    return latency;
  }

  public DemoLimits limits() {
    return limits;
  }

  /** Every mailbox is forgotten. */
  public void clear() {
    graph.clear();
  }

  /**
   * The service's clock differs from this machine's by that, in its Date headers, in dates of
   * Retry-After, and in what it writes into answers.
   */
  public void clock(Duration ahead) {
    clock.offset(ahead);
  }

  /**
   * What clients did so far that they must not do; of a client that runs wild, the first thousand.
   */
  public List<DemoViolation> violations() {
    return violations.all();
  }

  /** How many there are. */
  public long violationCount() {
    return violations.count();
  }

  /** What was noted of clients is forgotten; whoever has to wait, still has to. */
  public void forgetViolations() {
    violations.clear();
  }

  /**
   * A new tenant, but for its address and certificate: mailboxes, applications, users, tokens,
   * faults, limits, counters and violations are forgotten.
   */
  public void reset() {
    resetMail();
    tokenWatch.clear();
    identityPlatform.reset();
    register(CLIENT_ID, CLIENT_SECRET, Set.of("Mail.ReadWrite"));
  }

  /** As {@link #reset}, but for applications, users and tokens, which stay as they are. */
  public void resetMail() {
    graph.reset();
    faults.clear();
    latency.set(Duration.ZERO, Duration.ZERO);
    limits.set(options.requestsPerWindow(), options.window(), false);
    limits.clear();
    counters.reset();
    requests.clear();
    clock.offset(Duration.ZERO);
    subscriptions.clear();
    directory.clear();
    watch.clear();
    polls.clear();
    violations.clear();
  }

  /** What clients called themselves so far, in the header User-Agent. */
  Set<String> agents() {
    return watch.agents();
  }

  /** How long mailboxes weren't asked for their messages. */
  DemoPolls polls() {
    return polls;
  }

  public int tokenRequests() {
    return identityPlatform.tokenRequests();
  }

  /** How many requests were in flight for a mailbox at most. */
  public int peakInFlight(String mailbox) {
    return limits.peak(mailbox.toLowerCase(Locale.ROOT));
  }

  @Override
  public synchronized void close() {
    if (machine != null) {
      machine.close();
    }
    server.close();
    stranger.close();
    notifier.close();
    threads.shutdownNow();
  }

  private void log(DemoCall call, int status) {
    counters.count(call, status);
    polls.answered(call, status);
    if (recording) {
      requests.add(
          new DemoRequest(
              call.method(),
              call.path(),
              call.rawQuery(),
              call.headers().get("prefer"),
              call.mailbox(),
              status,
              call.isPart()));
    }
  }
}
