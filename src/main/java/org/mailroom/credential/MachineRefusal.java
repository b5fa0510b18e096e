package org.mailroom.credential;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.aad.msal4j.MsalException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Printable;

/**
 * Turns what a machine answers instead of a token of its managed identity, or that it doesn't
 * answer, into a {@link CredentialException}.
 */
final class MachineRefusal {

  /**
   * Statuses that Microsoft documents as passing, beside those from 500 on: an update of the
   * metadata service, and throttling.
   */
  private static final Set<Integer> PASSING = Set.of(404, 408, 410, 429);

  private static final int LONGEST_WORDS = 200;
  private static final Duration UPDATE_OF_THE_SERVICE = Duration.ofSeconds(10);
  private static final Duration THROTTLED = Duration.ofSeconds(5);
  private static final ObjectMapper JSON = new ObjectMapper();

  private MachineRefusal() {}

  static CredentialException inWords(
      Credential credential,
      MachineHttpClient.Conversation conversation,
      @Nullable Throwable cause) {
    int status = conversation.status();
    String said = said(conversation.body());
    if (status == 0) {
      return CredentialException.ofMachine(
          credential.id(),
          "this machine gives no token of a managed identity ("
              + noAnswer(
                  conversation.trouble() == null
                      ? Objects.requireNonNull(cause)
                      : conversation.trouble())
              + "). Managed identities are there on Azure only: on virtual machines, App Service,"
              + " Container Apps and machines of Azure Arc. Check that nothing blocks"
              + " 169.254.169.254, or give the credential a certificate; Mailroom tries again by"
              + " itself.",
          true,
          true,
          null);
    }
    if (PASSING.contains(status) || status >= 500) {
      return CredentialException.ofMachine(
          credential.id(),
          "the machine's endpoint for managed identities has trouble or asks for fewer requests"
              + " (HTTP "
              + status
              + said
              + "). Mailroom tries again by itself.",
          true,
          false,
          retryAfter(status, conversation.retryAfter()));
    }
    if (status == 200) {
      return CredentialException.ofMachine(
          credential.id(),
          "what answers in the place of the machine's endpoint for managed identities gives no"
              + " token (HTTP 200). Check IDENTITY_ENDPOINT and mailroom.imds-url; Mailroom tries"
              + " again by itself.",
          true,
          false,
          null);
    }
    if (status == 401 || isAboutAFile(cause)) {
      return CredentialException.ofMachine(
          credential.id(),
          "Azure Arc's agent gives a token only to who can read its key file (HTTP "
              + status
              + said
              + "). Add the user that Mailroom runs as to the group himds, on Windows to Hybrid"
              + " Agent Extension Applications, and start Mailroom anew.",
          false,
          false,
          null);
    }
    return CredentialException.ofMachine(
        credential.id(),
        notAssigned(credential, said) + " (HTTP " + status + said + ")." + remedy(credential, said),
        false,
        false,
        null);
  }

  private static boolean isAboutAFile(@Nullable Throwable cause) {
    return cause instanceof MsalException told
        && String.valueOf(told.errorCode()).contains("file_read_error");
  }

  private static boolean isSeveral(String said) {
    return said.toLowerCase(java.util.Locale.ROOT).contains("multiple user assigned");
  }

  private static String notAssigned(Credential credential, String said) {
    if (isSeveral(said)) {
      return "this machine has several managed identities, and the credential names none of them";
    }
    String clientId = credential.settings().clientId();
    return clientId == null || clientId.isBlank()
        ? "this machine has no system-assigned managed identity"
        : "the managed identity " + clientId + " isn't assigned to this machine";
  }

  private static String remedy(Credential credential, String said) {
    if (isSeveral(said)) {
      return " Set its client-id to that of the identity which is meant.";
    }
    String clientId = credential.settings().clientId();
    return clientId == null || clientId.isBlank()
        ? " Switch it on under Identity of the virtual machine, app or container (az vm identity"
            + " assign), or set client-id to that of a user-assigned one."
        : " Assign it under Identity, User assigned, of the virtual machine, app or container (az"
            + " vm identity assign --identities), and compare client-id: it is the Client ID of"
            + " the identity, not its Object ID.";
  }

  /**
   * What the machine said, with a comma before it; nothing of it is a secret, and it is shortened
   * all the same.
   */
  private static String said(String body) {
    String text = "";
    try {
      JsonNode answer = JSON.readTree(body == null ? "" : body);
      text =
          answer == null
              ? ""
              : answer
                  .path("error_description")
                  .asText(
                      answer
                          .path("message")
                          .asText(answer.path("error").path("message").asText("")));
    } catch (JsonProcessingException notJson) {
      return "";
    }
    String line = Printable.line(text).strip().replaceFirst("\\.$", "");
    return line.isEmpty()
        ? ""
        : ", " + (line.length() > LONGEST_WORDS ? line.substring(0, LONGEST_WORDS) + "…" : line);
  }

  private static String noAnswer(Throwable cause) {
    if (cause instanceof ConnectTimeoutException || cause instanceof NoRouteToHostException) {
      return "no answer: there is no connection to its endpoint";
    }
    if (cause instanceof ConnectException) {
      return "no answer: its endpoint refuses the connection";
    }
    return "no answer: "
        + (cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage());
  }

  private static @Nullable Duration retryAfter(int status, @Nullable String header) {
    if (header != null && header.strip().matches("\\d{1,9}")) {
      return Duration.ofSeconds(Long.parseLong(header.strip()));
    }
    return status == 410 ? UPDATE_OF_THE_SERVICE : status == 429 ? THROTTLED : null;
  }
}
