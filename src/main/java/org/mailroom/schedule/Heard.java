package org.mailroom.schedule;

import java.util.ArrayList;
import java.util.List;

/**
 * What was heard of other nodes.
 *
 * @param lost accounts in hand here that another node has by now
 * @param goneOn accounts whose imports let others go first here, and another node went on with
 */
record Heard(List<String> lost, List<String> goneOn) {

  /** To be filled. */
  static Heard nothing() {
    return new Heard(new ArrayList<>(), new ArrayList<>());
  }
}
