package org.mailroom.setup;

import java.util.List;

/**
 * A step of setting Mailroom up in a tenant.
 *
 * @param part what it is for
 * @param title in a few words
 * @param why what an administrator has to know; may be empty
 * @param lines to be run as they are
 */
public record SetupStep(Part part, String title, String why, List<String> lines) {

  /** What a step is for, in the order in which they are done. */
  public enum Part {
    SIGN_IN,
    REGISTER,
    PROVE,
    PERMIT,
    CONSENT,
    GROUPS,
    TEST
  }
}
