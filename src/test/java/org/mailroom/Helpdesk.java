package org.mailroom;

import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.mailroom.credential.SignInRequest;
import org.mailroom.credential.SignIns;
import org.mailroom.demo.DemoMail;
import org.mailroom.demo.DemoTenant;

/**
 * An application with delegated permission in a demo tenant, and the credential {@code person} for
 * it.
 */
final class Helpdesk {

  static final URI CALLBACK = URI.create("http://localhost:8080/OAuth2Callback");

  /** Whose mailbox is read, and who signs in. */
  static final String SUPPORT = "support@contoso.com";

  private Helpdesk() {}

  /** A tenant with the application, and one message for support. */
  static DemoTenant tenant() {
    DemoTenant tenant = DemoTenant.start();
    tenant.mailbox(SUPPORT).deliver(DemoMail.plain(1));
    tenant
        .identity()
        .application("helpdesk")
        .secret("the secret of helpdesk", Instant.MAX)
        .redirectUri(CALLBACK.toString());
    return tenant;
  }

  static String[] delegated(String... more) {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "--mailroom.credentials.person.grant-type=authorization-code",
                "--mailroom.credentials.person.tenant-id=" + DemoTenant.TENANT_ID,
                "--mailroom.credentials.person.client-id=helpdesk",
                "--mailroom.credentials.person.client-secret=the secret of helpdesk",
                "--mailroom.accounts.support.credential=person"));
    settings.addAll(Arrays.asList(more));
    return settings.toArray(String[]::new);
  }

  static SignIns.Completed signIn(MailroomRun mailroom, String user) {
    SignInRequest request = mailroom.bean(SignIns.class).begin("person", CALLBACK, null);
    return mailroom
        .bean(SignIns.class)
        .complete(
            request.browser(),
            new DemoBrowser(mailroom).signIn(request.authorizationUrl(), user, true));
  }
}
