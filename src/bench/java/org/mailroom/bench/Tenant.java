package org.mailroom.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** The demo tenant in a process of its own, and its control. */
public final class Tenant implements AutoCloseable {

  /** What the tenant was asked since the counters were last set to zero. */
  public record Counters(long requests, long counted, long throttled, long listings) {}

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process process;
  private final Path certificate;
  private final String loginUrl;
  private final String graphUrl;
  private final String control;

  private Tenant(Process process, Path certificate, String[] addresses) {
    this.process = process;
    this.certificate = certificate;
    this.loginUrl = addresses[0];
    this.graphUrl = addresses[1];
    this.control = addresses[2];
  }

  static Tenant start(Path folder) throws IOException {
    Path certificate = folder.resolve("tenant.pem");
    Process process =
        new ProcessBuilder(
                Jvm.java(),
                "-Xmx4g",
                "-XX:+UseSerialGC",
                "-cp",
                Jvm.runtimeClasspath(),
                "org.mailroom.demo.DemoTenantProcess",
                certificate.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String line =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
            .readLine();
    if (line == null) {
      throw new IOException("the demo tenant doesn't start");
    }
    return new Tenant(process, certificate, line.split(" "));
  }

  public Path certificate() {
    return certificate;
  }

  public String loginUrl() {
    return loginUrl;
  }

  public String graphUrl() {
    return graphUrl;
  }

  void fill(String address, int messages) throws IOException {
    call("/mailbox?address=" + address + "&messages=" + messages);
  }

  void attach(String address, int megabytes) throws IOException {
    call("/attachment?address=" + address + "&megabytes=" + megabytes);
  }

  void unread(String address) throws IOException {
    call("/unread?address=" + address);
  }

  long left(String address) throws IOException {
    return Long.parseLong(call("/left?address=" + address));
  }

  void clear() throws IOException {
    call("/clear");
  }

  void latency(int network, int service) throws IOException {
    call("/latency?network=" + network + "&service=" + service);
  }

  void limits(int requests, int windowMillis, boolean sliding) throws IOException {
    call(
        "/limits?requests="
            + requests
            + "&window="
            + windowMillis
            + (sliding ? "&sliding=true" : ""));
  }

  /** The limits that no row is to run into. */
  void withoutWindow() throws IOException {
    limits(Integer.MAX_VALUE, 600_000, false);
  }

  Counters counters(boolean reset) throws IOException {
    long[] counters =
        Arrays.stream(call("/counters" + (reset ? "?reset=true" : "")).split(" "))
            .mapToLong(Long::parseLong)
            .toArray();
    return new Counters(counters[0], counters[1], counters[2], counters[3]);
  }

  /**
   * Waits for the first request since the counters were set to zero; false when there is none
   * within a minute. Asking again and again would cost time.
   */
  boolean isAsked() throws IOException {
    return call("/first").equals("done");
  }

  private String call(String path) throws IOException {
    try {
      HttpResponse<String> answer =
          http.send(
              HttpRequest.newBuilder(URI.create(control + path))
                  .POST(HttpRequest.BodyPublishers.noBody())
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IOException(path + ": HTTP " + answer.statusCode() + " " + answer.body());
      }
      return answer.body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
  }
}
