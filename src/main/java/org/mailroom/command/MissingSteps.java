package org.mailroom.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.mailroom.account.Account;
import org.mailroom.account.Accounts;
import org.mailroom.account.DiscoveredAccounts;
import org.mailroom.check.CheckStep;
import org.mailroom.credential.Credential;
import org.mailroom.credential.Credentials;
import org.mailroom.settings.AccountProperties;
import org.mailroom.setup.MissingStep;
import org.mailroom.setup.SetupStep.Part;
import org.mailroom.setup.SetupText;
import org.mailroom.setup.Shell;
import org.mailroom.setup.TenantSetup;
import org.springframework.context.ConfigurableApplicationContext;

/** What a check found missing in the tenant: of each credential the first step of its setup. */
final class MissingSteps {

  private final Accounts accounts;
  private final Credentials credentials;
  private final Map<String, AccountProperties> entries;
  private final TenantSetup setup;
  private final TreeMap<String, Part> missing = new TreeMap<>();

  MissingSteps(ConfigurableApplicationContext context) {
    this.accounts = context.getBean(Accounts.class);
    this.credentials = context.getBean(Credentials.class);
    this.entries = context.getBean(DiscoveredAccounts.class).entries();
    this.setup = context.getBean(TenantSetup.class);
  }

  /** A step of a check is done. */
  void note(String account, CheckStep step) {
    String credential =
        accounts
            .find(account)
            .map(Account::credential)
            .orElseGet(
                () -> entries.containsKey(account) ? entries.get(account).credential() : null);
    if (step.isFailed() && credential != null) {
      boolean delegated = credentials.find(credential).map(Credential::isDelegated).orElse(false);
      MissingStep.of(step, delegated)
          .ifPresent(
              part ->
                  missing.merge(
                      credential, part, (one, other) -> one.compareTo(other) < 0 ? one : other));
    }
  }

  /** The lines that make up for it, for each shell; none where nothing is missing. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    missing.forEach(
        (credential, part) -> {
          for (Shell shell : Shell.values()) {
            lines.add("");
            lines.add(
                "# Missing for credential "
                    + credential
                    + ", "
                    + (shell == Shell.AZ ? "for az in a POSIX shell" : "for PowerShell")
                    + "; all steps: mailroom setup --credential "
                    + credential);
            lines.addAll(SetupText.of(setup.step(credential, shell, part)));
          }
        });
    return lines;
  }
}
