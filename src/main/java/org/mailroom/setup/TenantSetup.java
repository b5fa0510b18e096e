package org.mailroom.setup;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.account.DiscoveredAccounts;
import org.mailroom.credential.Credential;
import org.mailroom.credential.Credentials;
import org.mailroom.credential.RegisteredProofs;
import org.mailroom.settings.AccountProperties;
import org.mailroom.settings.GrantType;
import org.mailroom.settings.MailroomProperties;
import org.mailroom.setup.SetupPlan.Kind;
import org.mailroom.setup.SetupPlan.Proof;
import org.mailroom.setup.SetupStep.Part;
import org.springframework.stereotype.Component;

/**
 * The exact lines with which an administrator sets a tenant up for this site's credentials and
 * mailboxes. It only writes: nothing is asked of the tenant. What comes from settings is data in
 * every line.
 */
@Component
public final class TenantSetup {

  private static final int LONGEST_NAME = 120;
  private static final String CALLBACK = "/OAuth2Callback";

  /**
   * What is said beside the settings.
   *
   * @param mailboxes instead of those of the accounts; empty: those
   * @param permission instead of what the accounts need; null: that
   * @param allMailboxes every mailbox of the tenant
   */
  public record Wish(List<String> mailboxes, @Nullable String permission, boolean allMailboxes) {

    /** Nothing but the settings. */
    public static final Wish NONE = new Wish(List.of(), null, false);
  }

  private final MailroomProperties properties;
  private final Credentials credentials;
  private final Accounts accounts;
  private final DiscoveredAccounts discovered;
  private final RegisteredProofs proofs;

  TenantSetup(
      MailroomProperties properties,
      Credentials credentials,
      Accounts accounts,
      DiscoveredAccounts discovered,
      RegisteredProofs proofs) {
    this.properties = properties;
    this.credentials = credentials;
    this.accounts = accounts;
    this.discovered = discovered;
    this.proofs = proofs;
  }

  /** The names of permissions that {@link Wish} may have. */
  public static List<String> permissions() {
    return GraphPermissions.roles();
  }

  /** The mailboxes of a credential's accounts, in their order, each once. */
  public List<String> mailboxes(String credential) {
    return accounts.all().stream()
        .filter(account -> account.credential().equals(credential))
        .map(Account::mailbox)
        .map(String::strip)
        .distinct()
        .toList();
  }

  /**
   * The steps for a credential.
   *
   * @param credential its id; one that isn't there yet is taken for an application with a
   *     certificate
   */
  public List<SetupStep> steps(String credential, Shell shell, Wish wish) {
    return shell.steps(plan(credential, wish));
  }

  /** One step of it, with what it needs before it. */
  public List<SetupStep> step(String credential, Shell shell, Part part) {
    List<SetupStep> all = steps(credential, shell, Wish.NONE);
    return all.stream()
        .filter(
            step ->
                step.part() == part
                    || ((step.part() == Part.SIGN_IN || step.part() == Part.REGISTER)
                        && step.part().compareTo(part) < 0))
        .toList();
  }

  /**
   * The entries for many mailboxes of a credential of which it isn't known yet which ones they are.
   */
  public List<String> untold(String credential) {
    return discovered.entries().entrySet().stream()
        .filter(each -> each.getValue().credential().equals(credential))
        .map(Map.Entry::getKey)
        .filter(
            entry ->
                discovered.found().values().stream().noneMatch(one -> one.entry().equals(entry)))
        .toList();
  }

  private SetupPlan plan(String id, Wish wish) {
    Credential credential = credentials.find(id).orElse(null);
    Kind kind =
        credential == null
            ? Kind.APPLICATION
            : credential.isManagedIdentity()
                ? Kind.MACHINE
                : credential.isDelegated() ? Kind.DELEGATED : Kind.APPLICATION;
    List<String> mailboxes = wish.mailboxes().isEmpty() ? mailboxes(id) : wish.mailboxes();
    return new SetupPlan(
        id,
        name(id, credential),
        kind,
        properties.cloud(),
        credential == null ? null : text(credential.settings().tenantId()),
        credential == null ? null : text(credential.settings().clientId()),
        machine(),
        redirectUri(),
        proof(id, credential),
        wish.permission() == null ? permission(id) : wish.permission(),
        credential == null ? List.of() : Arrays.asList(credential.scope().split(" ")),
        mailboxes,
        wish.allMailboxes(),
        asksForGroups(id));
  }

  private boolean asksForGroups(String credential) {
    return entries(credential).anyMatch(settings -> settings.mailboxesFile() == null);
  }

  private Stream<AccountProperties> entries(String credential) {
    return discovered.entries().values().stream()
        .filter(settings -> settings.credential().equals(credential));
  }

  private static @Nullable String text(String value) {
    return value == null || value.isBlank() ? null : value.strip();
  }

  private static String name(String id, @Nullable Credential credential) {
    String description = credential == null ? null : text(credential.settings().description());
    String name = description == null ? "Mailroom " + id : description;
    return name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name;
  }

  /** No more than is needed: where no account changes its mailbox, it is enough to read. */
  private String permission(String credential) {
    List<Account> own =
        accounts.all().stream().filter(account -> account.credential().equals(credential)).toList();
    List<AccountProperties> many = entries(credential).toList();
    return (own.isEmpty() && many.isEmpty())
            || own.stream().anyMatch(Account::changesMailbox)
            || many.stream()
                .anyMatch(
                    settings ->
                        !settings.afterImport().isReadOnly() || settings.afterFailure() != null)
        ? "Mail.ReadWrite"
        : "Mail.Read";
  }

  private Proof proof(String id, @Nullable Credential credential) {
    if (credential != null && credential.settings().certificate() == null) {
      if (credential.settings().federatedTokenFile() != null) {
        RegisteredProofs.Federation federation =
            proofs.federation(id).orElse(new RegisteredProofs.Federation(null, null));
        return new Proof(Proof.By.FEDERATION, null, federation.issuer(), federation.subject());
      }
      if (credential.settings().grantType() == GrantType.AUTHORIZATION_CODE
          || credential.settings().hasProof()) {
        return new Proof(Proof.By.SECRET, null, null, null);
      }
    }
    return new Proof(Proof.By.CERTIFICATE, proofs.certificate(id).orElse(null), null, null);
  }

  private String redirectUri() {
    String address =
        properties.publicUrl() == null || properties.publicUrl().toString().isBlank()
            ? "http://localhost:8080"
            : properties.publicUrl().toString();
    return address.replaceFirst("/+$", "") + CALLBACK;
  }

  private static String machine() {
    try {
      return InetAddress.getLocalHost().getHostName().replaceFirst("\\..*", "");
    } catch (UnknownHostException e) {
      return "name of the machine";
    }
  }
}
