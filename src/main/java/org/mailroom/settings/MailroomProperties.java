package org.mailroom.settings;

import jakarta.validation.Valid;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Every setting of Mailroom, declared once: the keys below {@code mailroom} in {@code
 * application.yaml}. A wrong or unknown key stops the start.
 *
 * @param cloud which Microsoft cloud; sets the defaults of the two URLs below
 * @param graphUrl root of the Graph API, version included
 * @param loginUrl root of the identity platform
 * @param imdsUrl where the machine that Mailroom runs on tells of its managed identity; another
 *     address only for a stand-in of it
 * @param loginHosts hosts, each with its port where that isn't 443, that credentials of the console
 *     may send their secrets to, beside those of Microsoft's clouds and of {@code loginUrl}
 * @param sslBundle name of the Spring SSL bundle to trust for both, or null for the JVM's own
 * @param proxy {@code http://host:port} for both, or null
 * @param secretKey encrypts secrets and tokens at rest; null: the key in {@code secretKeyFile}, or
 *     one that is made in {@code dataDir}
 * @param secretKeyFile a file that holds the secret key
 * @param previousSecretKeys keys of earlier times, which what they encrypted can still be read with
 * @param publicUrl the address that browsers see
 * @param push whether Microsoft Graph tells of new mail, beside the polls
 * @param dataDir everything that Mailroom itself keeps on disk
 * @param mailDir where files of mail lie: what nodes share; null: {@code mail} in {@code dataDir}
 * @param routes the folder that route files are read from, {@code file:…} or {@code classpath:…};
 *     what isn't there is packaged
 * @param pollEvery how often an account is polled that doesn't say so itself
 * @param discoverEvery how often it is asked who is in the groups that accounts are made of
 * @param node what this process is called among those that work on the same database; null: host
 *     and process
 * @param takeoverAfter so long the mailboxes of a node that died, with its machine even, may wait
 *     for another one
 * @param queue the queue that {@code deliver-to-queue} sends to
 * @param brokerPort the port on loopback that the embedded broker of a running Mailroom opens, so
 *     that commands beside it deliver to the same queue; 0: any that is free; null: none
 * @param importers how many accounts are imported at the same time; a command begins with two for
 *     each processor, and may have twice as many after each second
 * @param limits what Mailroom allows itself; each wait has an end, and here it is set
 * @param retry when a failed delivery is tried again, where its destination doesn't say
 * @param credentials how Mailroom proves itself to Entra ID, by names that accounts refer to; more
 *     may be entered in the console
 * @param accounts the mailboxes to import; more may be entered in the console
 * @param retention how long is kept what was imported
 * @param console who may enter it
 * @param destinations by name; database, file and queue are packaged
 * @param polling whether accounts are polled on a timer; commands that end by themselves switch it
 *     off
 */
@Validated
@ConfigurationProperties(prefix = "mailroom", ignoreUnknownFields = false)
public record MailroomProperties(
    @DefaultValue("global") @NotNull Cloud cloud,
    URI graphUrl,
    URI loginUrl,
    @DefaultValue("http://169.254.169.254") @NotNull URI imdsUrl,
    List<String> loginHosts,
    String sslBundle,
    URI proxy,
    String secretKey,
    Path secretKeyFile,
    List<String> previousSecretKeys,
    URI publicUrl,
    @NestedConfigurationProperty @DefaultValue @Valid PushProperties push,
    @DefaultValue("data") @NotNull Path dataDir,
    Path mailDir,
    @DefaultValue("file:routes") @NotBlank String routes,
    @DefaultValue("1m") @NotNull Duration pollEvery,
    @DefaultValue("15m") @NotNull Duration discoverEvery,
    @Pattern(
            regexp = "[A-Za-z0-9._:@-]{1,100}",
            message = "has letters, digits and . _ : @ - only, and at most 100 of them")
        String node,
    @DefaultValue("30s") @NotNull Duration takeoverAfter,
    @DefaultValue("mailroom.messages") @NotBlank String queue,
    @Min(value = 0, message = BROKER_PORT) @Max(value = 65535, message = BROKER_PORT)
        Integer brokerPort,
    @DefaultValue("32") @Min(1) @Max(1000) int importers,
    @DefaultValue("true") boolean polling,
    @NestedConfigurationProperty @DefaultValue @Valid Limits limits,
    @DefaultValue @Valid Retry retry,
    @NestedConfigurationProperty @DefaultValue @Valid RetentionProperties retention,
    @NestedConfigurationProperty @DefaultValue @Valid Console console,
    Map<@Pattern(regexp = NAME, message = NAME_ALLOWED) String, @Valid CredentialProperties>
        credentials,
    Map<@Pattern(regexp = NAME, message = NAME_ALLOWED) String, @Valid AccountProperties> accounts,
    Map<@Pattern(regexp = NAME, message = NAME_ALLOWED) String, @Valid DestinationProperties>
        destinations) {

  /**
   * Names of accounts, credentials and destinations: they become folder names, metric tags and
   * console addresses.
   */
  static final String NAME =
      "(?!(?i:con|prn|aux|nul|com[0-9]|lpt[0-9])(\\..*)?$)[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?";

  static final String NAME_ALLOWED =
      "a name has letters, digits, '-', '_' and '.' only, begins with a letter or digit, does not"
          + " end with '.', has at most 64 characters, and isn't a device of Windows such as CON or"
          + " NUL";

  private static final String HTTP_URL = "must be an absolute http:// or https:// address";

  private static final String BROKER_PORT =
      "must be between 0 and 65535; 0 takes any port that is free";

  public MailroomProperties {
    previousSecretKeys =
        previousSecretKeys == null
            ? List.of()
            : previousSecretKeys.stream().filter(key -> !key.isBlank()).toList();
    loginHosts =
        loginHosts == null
            ? List.of()
            : loginHosts.stream()
                .map(host -> host.strip().toLowerCase(Locale.ROOT))
                .filter(host -> !host.isEmpty())
                .toList();
    credentials = credentials == null ? Map.of() : Map.copyOf(credentials);
    accounts = accounts == null ? Map.of() : Map.copyOf(accounts);
    destinations = DestinationProperties.withPackaged(destinations);
    node = node == null || node.isBlank() ? null : node.strip();
    dataDir = dataDir == null ? null : dataDir.toAbsolutePath().normalize();
    mailDir =
        mailDir != null && !mailDir.toString().isBlank()
            ? mailDir.toAbsolutePath().normalize()
            : dataDir == null ? null : dataDir.resolve("mail");
    graphUrl =
        WebAddress.withoutTrailingSlash(
            graphUrl == null && cloud != null ? URI.create(cloud.graphUrl()) : graphUrl);
    loginUrl =
        WebAddress.withoutTrailingSlash(
            loginUrl == null && cloud != null ? URI.create(cloud.loginUrl()) : loginUrl);
  }

  @AssertTrue(message = "secret-key and secret-key-file are both set: choose one")
  boolean isSecretKeyValid() {
    return secretKey == null || secretKey.isBlank() || secretKeyFile == null;
  }

  @AssertTrue(message = "graph-url " + HTTP_URL)
  boolean isGraphUrlValid() {
    return WebAddress.isHttp(graphUrl);
  }

  @AssertTrue(message = "login-url " + HTTP_URL)
  boolean isLoginUrlValid() {
    return WebAddress.isHttp(loginUrl);
  }

  @AssertTrue(message = "imds-url " + HTTP_URL)
  boolean isImdsUrlValid() {
    return imdsUrl == null || WebAddress.isHttp(imdsUrl);
  }

  @AssertTrue(message = "public-url " + HTTP_URL)
  boolean isPublicUrlValid() {
    return publicUrl == null || publicUrl.toString().isBlank() || WebAddress.isHttp(publicUrl);
  }

  @AssertTrue(message = "proxy must be http://host:port")
  boolean isProxyValid() {
    return proxy == null
        || ("http".equalsIgnoreCase(proxy.getScheme())
            && proxy.getHost() != null
            && proxy.getPort() > 0);
  }

  @AssertTrue(
      message =
          "mail-dir must be a folder of its own: not a file, not data-dir, nor a folder that"
              + " data-dir lies in")
  boolean isMailDirValid() {
    return mailDir == null
        || (!isMixedUp(mailDir, dataDir) && (!Files.exists(mailDir) || Files.isDirectory(mailDir)));
  }

  /** Whether folders of accounts would lie among what Mailroom keeps for itself. */
  static boolean isMixedUp(Path mailDir, @Nullable Path dataDir) {
    return dataDir != null && dataDir.startsWith(mailDir);
  }

  @AssertTrue(message = AccountProperties.POLL_EVERY)
  boolean isPollEveryValid() {
    return AccountProperties.isPollable(pollEvery);
  }

  @AssertTrue(message = "discover-every must be between 1m and 7d")
  boolean isDiscoverEveryValid() {
    return discoverEvery == null
        || (discoverEvery.compareTo(Duration.ofMinutes(1)) >= 0
            && discoverEvery.compareTo(Duration.ofDays(7)) <= 0);
  }

  @AssertTrue(message = "takeover-after must be between 1s and 1h")
  boolean isTakeoverAfterValid() {
    return takeoverAfter == null
        || (takeoverAfter.compareTo(Duration.ofSeconds(1)) >= 0
            && takeoverAfter.compareTo(Duration.ofHours(1)) <= 0);
  }

  /**
   * When a failed delivery is tried again: after {@code backoff}, doubled each time up to an hour.
   *
   * @param maxAttempts so often it is tried, the first time included; then it is given up
   * @param backoff the wait after the first time
   */
  public record Retry(
      @DefaultValue("5") @Min(1) @Max(100) int maxAttempts,
      @DefaultValue("1m") @NotNull Duration backoff) {}

  /** Never a secret: this text may reach a log. */
  @Override
  public String toString() {
    return "mailroom: " + accounts.size() + " accounts at " + graphUrl;
  }
}
