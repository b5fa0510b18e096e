package org.mailroom.schedule;

import java.util.List;

/**
 * What the database is to be told, each in the order of the accounts.
 *
 * @param ended where accounts stand after their imports
 * @param untouched that were in hand and not imported
 * @param wanted that somebody asks for
 * @param troubled of which the site was told while the database was away
 */
record Unwritten(
    List<Standing> ended, List<String> untouched, List<String> wanted, List<Standing> troubled) {

  boolean isEmpty() {
    return ended.isEmpty() && untouched.isEmpty() && wanted.isEmpty() && troubled.isEmpty();
  }
}
