package org.mailroom.settings;

import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.NotNull;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.DefaultValue;

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

  /** What may be called over Jolokia and Hawtio. */
  public enum Jmx {
    /** The operations of {@code org.mailroom:*}; start, stop and suspend of routes. */
    MAILROOM_AND_ROUTES,
    /**
     * For administrators everything, which is as much as a shell of the user that Mailroom runs as.
     */
    ANY_OPERATION_AND_CODE
  }
}
