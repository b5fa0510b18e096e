package org.mailroom.credential;

import java.net.URI;
import java.time.Instant;

/**
 * A sign-in that has begun.
 *
 * @param authorizationUrl where to send the browser
 * @param state what comes back with the answer; the caller keeps it in the browser's session
 * @param expires when it is too late to come back
 */
public record SignInRequest(URI authorizationUrl, String state, Instant expires) {}
