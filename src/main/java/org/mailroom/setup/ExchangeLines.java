package org.mailroom.setup;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Lines of Exchange Online PowerShell: RBAC for Applications, with a management scope that holds
 * just the mailboxes of a plan. They expect {@code $sp}, the service principal, with its {@code Id}
 * and {@code AppId}. Each may be run again: what is there is changed, not made twice.
 */
final class ExchangeLines {

  /** As far as a filter of single mailboxes is taken; from there on a group holds them. */
  private static final int MOST_IN_A_FILTER = 50;

  private final SetupPlan plan;

  ExchangeLines(SetupPlan plan) {
    this.plan = plan;
  }

  private static String ps(String text) {
    return Shell.POWERSHELL.quoted(text);
  }

  String signIn() {
    String environment =
        switch (plan.cloud()) {
          case GLOBAL -> "";
          case US_GOV -> " -ExchangeEnvironmentName 'O365USGovGCCHigh'";
          case US_DOD -> " -ExchangeEnvironmentName 'O365USGovDoD'";
          case CHINA -> " -ExchangeEnvironmentName 'O365China'";
        };
    return "Connect-ExchangeOnline -ShowBanner:$false" + environment;
  }

  List<String> permit() {
    String scope = ps(plan.scopeName());
    String assignment = ps(plan.assignmentName());
    List<String> lines = new ArrayList<>();
    lines.add(
        "if (-not (Get-ServicePrincipal -Identity $sp.Id -ErrorAction SilentlyContinue)) {"
            + " New-ServicePrincipal -AppId $sp.AppId -ObjectId $sp.Id -DisplayName "
            + ps(plan.name())
            + " }");
    lines.add(mailboxes());
    lines.addAll(filter());
    // a filter that is missing would be a scope of all mailboxes
    lines.add(
        "if (-not $filter) { Write-Error 'A mailbox was not found: nothing is permitted.' } elseif"
            + " (Get-ManagementScope -Identity "
            + scope
            + " -ErrorAction SilentlyContinue) { Set-ManagementScope -Identity "
            + scope
            + " -RecipientRestrictionFilter $filter } else { New-ManagementScope -Name "
            + scope
            + " -RecipientRestrictionFilter $filter }");
    lines.add(
        "if ($filter -and -not (Get-ManagementRoleAssignment -Identity "
            + assignment
            + " -ErrorAction SilentlyContinue)) { New-ManagementRoleAssignment -Name "
            + assignment
            + " -App $sp.Id -Role "
            + ps("Application " + plan.permission())
            + " -CustomResourceScope "
            + scope
            + " }");
    return lines;
  }

  /**
   * The primary address is asked for: what the settings have may be another address of the mailbox,
   * or its object id.
   */
  private List<String> filter() {
    if (plan.mailboxes().size() <= MOST_IN_A_FILTER) {
      return List.of(
          "$filter = $null",
          "$filter = ($mailboxes | ForEach-Object { \"PrimarySmtpAddress -eq '$((Get-EXOMailbox"
              + " -Identity $_).PrimarySmtpAddress.Replace(\"'\", \"''\"))'\" }) -join ' -or '");
    }
    String group = ps(plan.scopeName());
    return List.of(
        "$filter = $null",
        "if (-not (Get-DistributionGroup -Identity "
            + group
            + " -ErrorAction SilentlyContinue)) { New-DistributionGroup -Name "
            + group
            + " -Type Security }",
        "Update-DistributionGroupMember -Identity "
            + group
            + " -Members $mailboxes -Confirm:$false",
        "$filter = \"MemberOfGroup -eq '$((Get-DistributionGroup -Identity "
            + group
            + ").DistinguishedName.Replace(\"'\", \"''\"))'\"");
  }

  private String mailboxes() {
    return "$mailboxes = @("
        + plan.mailboxes().stream().map(ExchangeLines::ps).collect(Collectors.joining(", "))
        + ")";
  }

  List<String> test() {
    return List.of(
        mailboxes(),
        "$mailboxes | ForEach-Object { $mailbox = $_; Test-ServicePrincipalAuthorization -Identity"
            + " $sp.Id -Resource $mailbox | Select-Object @{ Name = 'Mailbox'; Expression = {"
            + " $mailbox } }, RoleName, AllowedResourceScope, InScope } | Format-Table");
  }
}
