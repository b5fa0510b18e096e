package org.mailroom.setup;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.mailroom.check.CheckStep;
import org.mailroom.setup.SetupStep.Part;

/** Which step of the setup is missing in the tenant, by what a check of an account failed with. */
public final class MissingStep {

  private static final Pattern NUMBER = Pattern.compile("AADSTS(\\d+)");

  private static final Set<String> NOT_REGISTERED =
      Set.of("700016", "70001", "7000112", "7000229", "500112", "50011");
  private static final Set<String> NOT_PROVEN =
      Set.of(
          "7000215", "7000222", "7000218", "700027", "50012", "50013", "700023", "50027", "70021",
          "700211", "700212", "700213");
  private static final Set<String> NO_CONSENT = Set.of("65001", "650056", "90094");

  private MissingStep() {}

  /**
   * @param failed a step that failed
   * @param delegated whether the account's credential is a person's
   * @return empty where no step of the setup mends it
   */
  public static Optional<Part> of(CheckStep failed, boolean delegated) {
    Part permission = delegated ? Part.CONSENT : Part.PERMIT;
    return switch (failed.name()) {
      case "token" -> ofToken(failed.told());
      case "mailboxes" ->
          failed.told() != null
                  && (failed.told().contains("GroupMember.Read.All")
                      || failed.told().contains("User.ReadBasic.All"))
              ? Optional.of(delegated ? Part.CONSENT : Part.GROUPS)
              : ofToken(failed.told());
      case "permission" -> Optional.of(permission);
      case "mailbox" ->
          failed.told() != null
                  && (failed.told().contains("ErrorAccessDenied")
                      || failed.told().contains("Authorization_RequestDenied"))
              ? Optional.of(permission)
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<Part> ofToken(@Nullable String told) {
    Matcher found = NUMBER.matcher(told);
    String number = found.find() ? found.group(1) : "";
    return NOT_REGISTERED.contains(number)
        ? Optional.of(Part.REGISTER)
        : NOT_PROVEN.contains(number)
            ? Optional.of(Part.PROVE)
            : NO_CONSENT.contains(number) ? Optional.of(Part.CONSENT) : Optional.empty();
  }
}
