package org.mailroom.settings;

import jakarta.validation.Valid;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.format.annotation.DateTimeFormat;
import org.springframework.util.unit.DataSize;
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
 * @param importers how many accounts are imported at the same time
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
    @DefaultValue @Valid Limits limits,
    @DefaultValue @Valid Retry retry,
    @NestedConfigurationProperty @DefaultValue @Valid RetentionProperties retention,
    @DefaultValue @Valid Console console,
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

  private static final String UNREAD = "isRead eq false";

  private static final String HTTP_URL = "must be an absolute http:// or https:// address";

  private static final String SAFE_URL =
      "must be an absolute https:// address of at most 2000 characters";

  private static final int LONGEST_URL = 2000;

  private static final String BROKER_PORT =
      "must be between 0 and 65535; 0 takes any port that is free";

  private static final String POLL_EVERY = "poll-every must be between 1s and 31d";

  private static boolean isPollable(Duration every) {
    return every == null
        || (every.compareTo(Duration.ofSeconds(1)) >= 0
            && every.compareTo(Duration.ofDays(31)) <= 0);
  }

  private static boolean isSafe(URI url) {
    return url == null || (url.toString().length() <= LONGEST_URL && WebAddress.isSafe(url));
  }

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

  @AssertTrue(message = POLL_EVERY)
  boolean isPollEveryValid() {
    return isPollable(pollEvery);
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
   * How an application proves itself to Entra ID. The fields have the names that its administrator
   * knows.
   *
   * @param description for people, in the console
   * @param grantType OAuth's grant: application permission, delegated permission, or the identity
   *     of the machine in Azure
   * @param tenantId of the app registration; a managed identity needs none, for the machine knows
   *     its tenant
   * @param clientId of the app registration, or of a user-assigned managed identity; without it a
   *     managed identity is the system-assigned one
   * @param clientSecret the secret's value, not its id; one of it, {@code certificate} and {@code
   *     federatedTokenFile} is needed for application permission
   * @param secretExpires the day on which the client secret expires, for warnings ahead; null: not
   *     known
   * @param certificate instead of a secret
   * @param federatedTokenFile a file with a token of another identity provider that the application
   *     trusts, read anew for each request
   * @param scope what is asked for; by default {@code .default} of Graph, or {@code Mail.ReadWrite
   *     offline_access} for delegated permission
   * @param authorizationUrl where a browser is sent to sign in; by default the tenant's, below
   *     {@code mailroom.login-url}
   * @param tokenUrl where tokens are asked for; by default the tenant's, below {@code
   *     mailroom.login-url}
   */
  public record CredentialProperties(
      @Size(max = 200, message = "has at most 200 characters") String description,
      @NotNull(message = "is missing: client-credentials, authorization-code or managed-identity")
          GrantType grantType,
      @Pattern(regexp = "\\s*|[A-Za-z0-9.-]+", message = "must be an id or a domain name")
          @Size(max = 253, message = "has at most 253 characters")
          String tenantId,
      @Size(max = 200, message = "has at most 200 characters") String clientId,
      @Size(max = 1000, message = "has at most 1000 characters") String clientSecret,
      @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) LocalDate secretExpires,
      @Valid CertificateProperties certificate,
      Path federatedTokenFile,
      @Size(max = 2000, message = "has at most 2000 characters") String scope,
      URI authorizationUrl,
      URI tokenUrl) {

    @AssertTrue(message = "is missing: the directory (tenant) id of the app registration")
    boolean isTenantNamed() {
      return isManagedIdentity() || hasText(tenantId);
    }

    @AssertTrue(message = "is missing: the application (client) id of the app registration")
    boolean isClientNamed() {
      return isManagedIdentity() || hasText(clientId);
    }

    @AssertTrue(
        message =
            "managed-identity proves itself by the machine that it is assigned to: take"
                + " client-secret, certificate, federated-token-file, token-url and"
                + " authorization-url away")
    boolean isMachineAlone() {
      return !isManagedIdentity() || (!hasProof() && tokenUrl == null && authorizationUrl == null);
    }

    /** The machine that Mailroom runs on is asked for its tokens. */
    public boolean isManagedIdentity() {
      return grantType == GrantType.MANAGED_IDENTITY;
    }

    @AssertTrue(message = "needs a client-secret, a certificate or a federated-token-file")
    boolean isProvable() {
      return grantType != GrantType.CLIENT_CREDENTIALS || hasProof();
    }

    /**
     * Whether it has something to prove itself with; otherwise Entra ID takes it for a public
     * client.
     */
    public boolean hasProof() {
      return hasText(clientSecret) || certificate != null || federatedTokenFile != null;
    }

    /** Whether it proves itself with a secret or a certificate, which may change in its file. */
    public boolean hasFileOrSecret() {
      return certificate != null || (federatedTokenFile == null && hasText(clientSecret));
    }

    @AssertTrue(
        message =
            "must be the tenant's own id or domain: client-credentials has no common, organizations"
                + " or consumers")
    boolean isTenantOwn() {
      return grantType != GrantType.CLIENT_CREDENTIALS
          || tenantId == null
          || !tenantId.matches("common|organizations|consumers");
    }

    @AssertTrue(message = "token-url " + SAFE_URL)
    boolean isTokenUrlValid() {
      return isSafe(tokenUrl);
    }

    @AssertTrue(message = "authorization-url " + SAFE_URL)
    boolean isAuthorizationUrlValid() {
      return isSafe(authorizationUrl);
    }

    private static boolean hasText(String value) {
      return value != null && !value.isBlank();
    }

    /** Never the secret: this text may reach a log. */
    @Override
    public String toString() {
      return isManagedIdentity()
          ? "managed identity" + (hasText(clientId) ? " " + clientId : "")
          : "credential of client " + clientId + " in tenant " + tenantId;
    }
  }

  /**
   * A certificate with its private key.
   *
   * @param keystore PKCS#12 file
   * @param pem PEM file that holds both, or the certificate alone
   * @param privateKey PEM file with the private key, where {@code pem} holds the certificate alone
   * @param content instead of a file: PEM text that holds both, or a PKCS#12 keystore in base64
   * @param password of keystore or private key, or null
   */
  public record CertificateProperties(
      Path keystore,
      Path pem,
      Path privateKey,
      @Size(
              max = 200_000,
              message =
                  "is larger than 200,000 characters: a certificate with its key has some"
                      + " thousands")
          String content,
      @Size(max = 200, message = "has at most 200 characters") String password) {

    @AssertTrue(message = "goes with pem only: the file with the certificate")
    boolean isKeyOfPem() {
      return privateKey == null || pem != null;
    }

    @AssertTrue(message = "needs exactly one of keystore (PKCS#12), pem and content")
    boolean isOneOf() {
      return (keystore == null ? 0 : 1)
              + (pem == null ? 0 : 1)
              + (content == null || content.isBlank() ? 0 : 1)
          == 1;
    }

    /** Never the key or the password: this text may reach a log. */
    @Override
    public String toString() {
      return content != null
          ? "certificate"
          : "certificate in " + (keystore == null ? pem : keystore);
    }
  }

  /** OAuth 2.0 grants. */
  public enum GrantType {
    CLIENT_CREDENTIALS,
    AUTHORIZATION_CODE,
    MANAGED_IDENTITY
  }

  /**
   * One mailbox to import, or many alike: what of it, with which credential, to where, and what
   * happens to a message afterwards.
   *
   * @param mailbox its address or object id
   * @param membersOf instead of a mailbox: the object id of a group, of whose members' mailboxes
   *     each becomes an account
   * @param mailboxesFile instead of a mailbox: a file that lists some
   * @param credential the name of the credential that opens it
   * @param folder well-known name, path ({@code Inbox/Tickets}; a slash in a name is {@code \/}) or
   *     id; by default the inbox
   * @param folders instead of one: several
   * @param recursive whether subfolders are read, too, those that are made later included
   * @param filter OData, on top of Mailroom's own paging conditions
   * @param pollEvery from the end of one import to the beginning of the next; by default {@code
   *     mailroom.poll-every}
   * @param pollAt instead: times, as second, minute, hour, day of the month, month, day of the week
   * @param zone whose clock these times are on; by default the machine's
   * @param content what is kept: the document, the original message, or both
   * @param replyText whether the part of a body that is new in its message is asked for, too
   * @param deliverTo names of destinations, at least one
   * @param maxSize what is larger is given up at once; between 1KB and 4GB
   * @param maxAge what was received longer ago is left alone, but for a backfill; between 1h and
   *     3650d
   * @param attachments whose contents are stored
   * @param afterImport what happens in the mailbox once every destination has a message
   * @param afterFailure what happens in the mailbox to a message that was given up; by default the
   *     category {@code Mailroom failed}
   */
  public record AccountProperties(
      @Size(max = 320, message = "has at most 320 characters") String mailbox,
      @Size(max = 36, message = "has at most 36 characters") String membersOf,
      Path mailboxesFile,
      @NotBlank(message = "is missing: the name of one of mailroom.credentials") String credential,
      @Size(max = 1000, message = "has at most 1000 characters") String folder,
      @Size(max = 100, message = "has at most 100 folders")
          List<@Size(max = 1000, message = "of one has at most 1000 characters") String> folders,
      @DefaultValue("false") boolean recursive,
      @DefaultValue(UNREAD) @Size(max = 4000, message = "has at most 4000 characters")
          String filter,
      Duration pollEvery,
      @Size(max = 200, message = "has at most 200 characters") String pollAt,
      @Size(max = 100, message = "has at most 100 characters") String zone,
      @DefaultValue("json") @NotNull Content content,
      @DefaultValue("false") boolean replyText,
      @NotEmpty(message = "is missing: at least one of mailroom.destinations")
          List<String> deliverTo,
      DataSize maxSize,
      Duration maxAge,
      @DefaultValue @Valid AttachmentsKept attachments,
      @DefaultValue @Valid AfterImport afterImport,
      @Valid AfterFailure afterFailure) {

    private static final String INBOX = "inbox";

    @AssertTrue(
        message =
            "is missing: the address or object id of the mailbox; or members-of, or mailboxes-file")
    boolean isMailboxNamed() {
      return hasText(mailbox) || isDiscovered();
    }

    @AssertTrue(
        message = "and another of mailbox, members-of and mailboxes-file are both set: choose one")
    boolean isMailboxOrDiscovered() {
      return !isDiscovered()
          || (!hasText(mailbox) && (!hasText(membersOf) || mailboxesFile == null));
    }

    @AssertTrue(
        message =
            "members-of must be the object id of a group, such as"
                + " 22222222-3333-4444-5555-666666666666")
    boolean isMembersOfValid() {
      return !hasText(membersOf)
          || membersOf.strip().matches("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
    }

    /** It names no mailbox itself: which ones are meant is found out. */
    public boolean isDiscovered() {
      return hasText(membersOf) || mailboxesFile != null;
    }

    private static boolean hasText(String value) {
      return value != null && !value.isBlank();
    }

    @AssertTrue(message = "and folder are both set: choose one")
    boolean isFolderOrFolders() {
      return folder == null || folder.isBlank() || named().isEmpty();
    }

    private List<String> named() {
      return folders == null
          ? List.of()
          : folders.stream().map(String::strip).filter(name -> !name.isEmpty()).distinct().toList();
    }

    /** The folders to read, as they are written; the inbox where none is. */
    public List<String> foldersToRead() {
      return !named().isEmpty()
          ? named()
          : List.of(folder == null || folder.isBlank() ? INBOX : folder.strip());
    }

    @AssertTrue(message = "max-age must be between 1h and 3650d")
    boolean isMaxAgeValid() {
      return maxAge == null
          || (maxAge.compareTo(Duration.ofHours(1)) >= 0
              && maxAge.compareTo(Duration.ofDays(3650)) <= 0);
    }

    @AssertTrue(message = "max-size must be between 1KB and 4GB")
    boolean isMaxSizeValid() {
      return maxSize == null
          || (maxSize.compareTo(DataSize.ofKilobytes(1)) >= 0
              && maxSize.compareTo(DataSize.ofGigabytes(4)) <= 0);
    }

    @AssertTrue(
        message =
            "filter can only be 'isRead eq false' or empty where after-import changes nothing that"
                + " takes a message out of the listing: such a mailbox is read with the delta"
                + " query, which knows no other filter")
    boolean isFilterPossible() {
      return afterImport == null
          || !afterImport.isReadOnly()
          || filter == null
          || filter.isBlank()
          || filter.trim().equalsIgnoreCase(UNREAD);
    }

    @AssertTrue(message = POLL_EVERY)
    boolean isPollEveryValid() {
      return isPollable(pollEvery);
    }

    @AssertTrue(message = "and poll-every are both set: choose one")
    boolean isPolledOneWay() {
      return pollEvery == null || !isAtTimes();
    }

    @AssertTrue(
        message =
            "poll-at must be a cron expression of a time that comes, in six fields: second, minute,"
                + " hour, day of the month, month, day of the week, such as 0 0 6 * * MON-FRI")
    boolean isPollAtValid() {
      return isReadable(pollAt, null);
    }

    @AssertTrue(message = "zone must be the name of a time zone, such as Europe/Amsterdam or UTC")
    boolean isZoneValid() {
      return zone == null || isReadable("@daily", zone);
    }

    @AssertTrue(message = "goes with poll-at only: it says whose clock those times are on")
    boolean isZoneOfTimes() {
      return zone == null || zone.isBlank() || isAtTimes();
    }

    private boolean isAtTimes() {
      return pollAt != null && !pollAt.isBlank();
    }

    private static boolean isReadable(String cron, @Nullable String zone) {
      try {
        return cron == null || cron.isBlank() || PollAt.parse(cron, zone) != null;
      } catch (IllegalArgumentException | DateTimeException unreadable) {
        return false;
      }
    }

    /** The times at which it is polled; null when it is polled at an interval. */
    public @Nullable PollAt times() {
      return isAtTimes() ? PollAt.parse(pollAt, zone) : null;
    }
  }

  /** What is kept of a message: its MailMessage document, its original RFC 822 text, or both. */
  public enum Content {
    JSON,
    MIME,
    BOTH;

    public boolean keepsMime() {
      return this != JSON;
    }
  }

  /**
   * What happens to a message in the mailbox once every destination has it.
   *
   * @param markAsRead without it, and without a move, nothing is changed and the mailbox is
   *     followed by the delta query
   * @param moveTo folder by well-known name, path or id; a path is created where it is missing
   * @param addCategories beside those that a message has
   * @param flag the follow-up flag to set, or null
   * @param delete to Deleted Items
   * @param categoriseFailures whether a message that was given up gets the category {@code Mailroom
   *     failed}
   */
  public record AfterImport(
      @DefaultValue("true") boolean markAsRead,
      @Size(max = 1000, message = "has at most 1000 characters") String moveTo,
      @DefaultValue @Size(max = 25, message = "has at most 25 categories")
          List<@Size(max = 255, message = "of one has at most 255 characters") String>
              addCategories,
      Flag flag,
      @DefaultValue("false") boolean delete,
      @DefaultValue("true") boolean categoriseFailures) {

    @AssertTrue(message = "has both move-to and delete: choose one")
    boolean isMoveOrDelete() {
      return !delete || moveTo == null;
    }

    /** The message leaves the folder. */
    public boolean isLeaving() {
      return delete || moveTo != null;
    }

    /**
     * The folder that imported messages end in; null: they stay. A deleted message, too, only
     * changes its folder.
     */
    public String target() {
      return delete ? "deleteditems" : moveTo;
    }

    /**
     * Nothing takes an imported message out of the listing: what was imported has to be remembered
     * otherwise.
     */
    public boolean isReadOnly() {
      return !markAsRead && !isLeaving();
    }

    /** More than one request changes a message, so that a crash can come in between. */
    public boolean isInSteps() {
      return isLeaving();
    }
  }

  /** Follow-up flags of Graph's followupFlag. */
  public enum Flag {
    FLAGGED("flagged"),
    COMPLETE("complete"),
    NOT_FLAGGED("notFlagged");

    private final String flagStatus;

    Flag(String flagStatus) {
      this.flagStatus = flagStatus;
    }

    public String flagStatus() {
      return flagStatus;
    }
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

  /**
   * What Mailroom allows itself towards the service; the defaults are what Microsoft documents.
   *
   * @param requestsInFlight for one mailbox at the same time
   * @param requestsPerWindow for one mailbox; each part of a batch counts
   * @param window any stretch of time of this length holds at most so many
   * @param connectTimeout until a connection to Graph or to Entra ID stands
   * @param responseTimeout how long the service may be silent, before its answer and within it
   * @param requestTimeout one request as a whole, from its sending to the end of its answer
   * @param leastRate bytes a second that an answer has to bring while it is waited for
   * @param leastRateAfter so long an answer may be slower
   * @param tokenTimeout one request for a token as a whole
   * @param tries of one request that fails, the first included; throttling and a refused token are
   *     counted apart
   * @param throttledFor so long a throttled request is sent again, from its first try on
   * @param longestRetryAfter what a Retry-After is believed; longer ones are taken for a mistake
   * @param pageSize messages asked for in one listing ($top)
   * @param batchSize parts of one JSON batch
   * @param batchesInFlight for one mailbox; with more than one, the parts of each wait for one
   *     another ({@code dependsOn}), so that no more of them run at the same time than requests may
   *     be in flight
   * @param pagesInHand of one import that are held in memory: one is listed while the others are
   *     delivered and marked
   * @param pagesPerTurn after so many an import lets others go first, if any wait for one of the
   *     importers
   * @param waitingDeliveries of one account; while a destination is down and so many wait for it,
   *     nothing more is read from the mailbox
   * @param settleWithin how long a message waits for attachments that are still being scanned, or
   *     that it has and aren't listed; then it is delivered as it is, with a warning
   * @param mailboxWait so long a command waits for a mailbox that another node works on
   * @param importerWait so long a command waits for a route that takes its imports from the queue,
   *     where none runs
   * @param longestImport so long one import, or one of its turns, may list; what is left comes with
   *     the next one
   */
  public record Limits(
      @DefaultValue("4") @Min(1) @Max(4) int requestsInFlight,
      @DefaultValue("10000") @Min(20) int requestsPerWindow,
      @DefaultValue("10m") @NotNull Duration window,
      @DefaultValue("10s") @NotNull Duration connectTimeout,
      @DefaultValue("100s") @NotNull Duration responseTimeout,
      @DefaultValue("15m") @NotNull Duration requestTimeout,
      @DefaultValue("1KB") @NotNull DataSize leastRate,
      @DefaultValue("20s") @NotNull Duration leastRateAfter,
      @DefaultValue("30s") @NotNull Duration tokenTimeout,
      @DefaultValue("5") @Min(1) @Max(100) int tries,
      @DefaultValue("1h") @NotNull Duration throttledFor,
      @DefaultValue("6h") @NotNull Duration longestRetryAfter,
      @DefaultValue("200") @Min(1) @Max(1000) int pageSize,
      @DefaultValue("20") @Min(1) @Max(20) int batchSize,
      @DefaultValue("1") @Min(1) @Max(4) int batchesInFlight,
      @DefaultValue("3") @Min(1) @Max(10) int pagesInHand,
      @DefaultValue("20") @Min(1) int pagesPerTurn,
      @DefaultValue("1000") @Min(1) int waitingDeliveries,
      @DefaultValue("1h") @NotNull Duration settleWithin,
      @DefaultValue("10m") @NotNull Duration mailboxWait,
      @DefaultValue("30s") @NotNull Duration importerWait,
      @DefaultValue("6h") @NotNull Duration longestImport) {

    @AssertTrue(message = "mailbox-wait must be between 0s and 1d")
    boolean isMailboxWaitValid() {
      return mailboxWait == null
          || (!mailboxWait.isNegative() && mailboxWait.compareTo(Duration.ofDays(1)) <= 0);
    }

    @AssertTrue(message = "importer-wait must be between 0s and 1d")
    boolean isImporterWaitValid() {
      return importerWait == null
          || (!importerWait.isNegative() && importerWait.compareTo(Duration.ofDays(1)) <= 0);
    }

    @AssertTrue(message = "window must be at least 1s")
    boolean isWindowValid() {
      return window == null || window.compareTo(Duration.ofSeconds(1)) >= 0;
    }

    @AssertTrue(message = "settle-within must be between 0s and 30d")
    boolean isSettleWithinValid() {
      return settleWithin == null
          || (!settleWithin.isNegative() && settleWithin.compareTo(Duration.ofDays(30)) <= 0);
    }

    @AssertTrue(message = "longest-import must be at least 1m")
    boolean isLongestImportValid() {
      return longestImport == null || longestImport.compareTo(Duration.ofMinutes(1)) >= 0;
    }

    @AssertTrue(
        message =
            "connect-timeout, response-timeout, request-timeout, least-rate-after, token-timeout,"
                + " throttled-for and longest-retry-after must be at least 1s")
    boolean isEachTimeValid() {
      return Stream.of(
              connectTimeout,
              responseTimeout,
              requestTimeout,
              leastRateAfter,
              tokenTimeout,
              throttledFor,
              longestRetryAfter)
          .allMatch(time -> time == null || time.compareTo(Duration.ofSeconds(1)) >= 0);
    }
  }

  /**
   * Who may enter the console by OpenID Connect, beside {@code admin} and the users that were made
   * there, and what may be done in it. All names are object ids, groups or app roles: names and
   * addresses of a person can be changed by that person.
   *
   * @param allow who may enter: those of the lists below as well. Empty: whoever the provider lets
   *     in, as viewer
   * @param viewers see how everything does, and no mail
   * @param operators also see mail, retry, discard, pause, import
   * @param administrators also change credentials, accounts and users
   * @param jmx what may be called over Jolokia and Hawtio
   */
  public record Console(
      @DefaultValue List<String> allow,
      @DefaultValue("Mailroom.Viewer") List<String> viewers,
      @DefaultValue("Mailroom.Operator") List<String> operators,
      @DefaultValue("Mailroom.Administrator") List<String> administrators,
      @DefaultValue("mailroom-and-routes") @NotNull Jmx jmx) {

    @AssertTrue(
        message =
            "has an address, which a person can change: use the person's object id, a group's"
                + " object id, or an app role")
    boolean isUnchangeable() {
      return Stream.of(allow, viewers, operators, administrators)
          .flatMap(List::stream)
          .noneMatch(name -> name.contains("@"));
    }
  }

  /** What may be called over Jolokia and Hawtio. */
  public enum Jmx {
    /** The operations of {@code org.mailroom:*}; start, stop and suspend of routes. */
    MAILROOM_AND_ROUTES,
    /**
     * For administrators everything, which is as much as a shell of the user that Mailroom runs as.
     */
    ANY_OPERATION_AND_CODE
  }

  /** Never a secret: this text may reach a log. */
  @Override
  public String toString() {
    return "mailroom: " + accounts.size() + " accounts at " + graphUrl;
  }
}
