package org.mailroom.credential;

import com.microsoft.aad.msal4j.MsalException;
import com.microsoft.aad.msal4j.MsalServiceException;
import com.microsoft.aad.msal4j.MsalThrottlingException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import org.mailroom.settings.Causes;
import org.springframework.stereotype.Component;

/** Turns what msal4j raises into a {@link CredentialException}. */
@Component
final class EntraRefusal {

  /**
   * What a throttling answer without a Retry-After is taken to ask for: what Microsoft documents.
   */
  private static final Duration WAIT_WHEN_THROTTLED = Duration.ofSeconds(60);

  private final Clock clock;

  EntraRefusal(Clock clock) {
    this.clock = clock;
  }

  CredentialException inWords(
      String credential, @Nullable Throwable cause, LoginHttpClient.Conversation conversation) {
    Duration wait = retryAfter(conversation);
    if (cause instanceof CredentialException told) {
      return told;
    }
    if (cause instanceof MsalThrottlingException throttled) {
      // msal4j didn't ask: what it got before told it to wait
      return new CredentialException(
          credential,
          "temporarily_unavailable",
          null,
          Duration.ofMillis(throttled.retryInMs()),
          null,
          null);
    }
    if (conversation.status() == 429 || conversation.status() >= 500) {
      // a gateway's text, or throttling in plain text: only the status counts
      String error =
          cause instanceof MsalServiceException service && isCode(service.errorCode())
              ? service.errorCode()
              : "http_" + conversation.status();
      String description = cause instanceof MsalServiceException ? cause.getMessage() : null;
      EntraError meaning = EntraError.of(error, description);
      return new CredentialException(
          credential,
          meaning.isTransient() ? error : "http_" + conversation.status(),
          description,
          wait,
          null,
          null);
    }
    if (cause instanceof MsalServiceException service && isCode(service.errorCode())) {
      return new CredentialException(
          credential,
          service.errorCode(),
          service.getMessage(),
          wait,
          blankToNull(service.claims()),
          null);
    }
    if (cause instanceof MsalException answer && "code_expired".equals(answer.errorCode())) {
      return new CredentialException(credential, "expired_token", null, wait, null, null);
    }
    if (conversation.status() > 0
        && cause instanceof RuntimeException
        && !(cause instanceof CancellationException)) {
      // there was an answer, and it isn't one of OAuth: a gateway's page, or nothing; what msal4j
      // says about it helps nobody
      return notEntras(credential, conversation);
    }
    return new CredentialException(
        credential, null, noAnswer(Causes.root(Objects.requireNonNull(cause))), cause);
  }

  /** There was an answer, and it is neither a token nor an error of OAuth. */
  CredentialException notEntras(String credential, LoginHttpClient.Conversation conversation) {
    return new CredentialException(
        credential, "http_" + conversation.status(), null, retryAfter(conversation), null, null);
  }

  /** Why there was no answer, in plain words before the exception's own. */
  private static String noAnswer(Throwable root) {
    String own =
        root.getClass().getSimpleName()
            + (root.getMessage() == null ? "" : ": " + root.getMessage());
    if (root instanceof UnknownHostException) {
      return "DNS doesn't know the host's name, " + own;
    }
    if (root instanceof GeneralSecurityException) {
      return "the certificate that it showed isn't trusted, as with a proxy that looks into TLS, "
          + own;
    }
    if (root instanceof ConnectException) {
      return "the connection was refused, " + own;
    }
    return own;
  }

  private static @Nullable String blankToNull(String text) {
    return text == null || text.isBlank() ? null : text;
  }

  private static boolean isCode(String code) {
    return code != null
        && !code.isBlank()
        && !code.equals("unknown")
        && !code.equals("invalid_json");
  }

  /** Seconds or a date, RFC 9110 section 10.2.3. */
  private @Nullable Duration retryAfter(LoginHttpClient.Conversation conversation) {
    String header = conversation.retryAfter();
    if (header == null || header.isBlank()) {
      return conversation.status() == 429 ? WAIT_WHEN_THROTTLED : null;
    }
    try {
      return header.strip().matches("\\d{1,9}(\\.\\d{1,9})?")
          ? Duration.ofMillis((long) (Double.parseDouble(header.strip()) * 1000))
          : Duration.between(
              Instant.now(clock),
              ZonedDateTime.parse(header.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                  .toInstant());
    } catch (DateTimeParseException e) {
      return WAIT_WHEN_THROTTLED;
    }
  }
}
